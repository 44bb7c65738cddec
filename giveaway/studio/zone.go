package studio

import (
	"fmt"
	"slices"
	"time"
	_ "time/tzdata" // the same zones on every machine
)

// wallForms are how a local time may be written.
var wallForms = []string{"2006-01-02T15:04", "2006-01-02T15:04:05"}

// wall reads a local time; the result is in UTC and stands for no instant.
func wall(local string) (t time.Time, err error) {
	for _, form := range wallForms {
		if t, err = time.Parse(form, local); err == nil {
			return t, nil
		}
	}
	return t, fmt.Errorf("%.40q is no local time like 2006-01-02T15:04", local)
}

// instant is when a clock on the wall of a zone shows t. Where clocks go
// forward over it there is no such instant, and where they go back there are
// two: fold says which. Neither is guessed, for people have been told a time.
func instant(t time.Time, zone, fold string) (int64, error) {
	loc, err := time.LoadLocation(zone)
	if err != nil || zone == "" || zone == "Local" {
		return 0, fmt.Errorf("%.60q is no IANA time zone", zone)
	}
	shows := t.Format(wallForms[1])
	var found []int64
	for _, near := range []time.Duration{-30 * time.Hour, 30 * time.Hour} {
		_, offset := t.Add(near).In(loc).Zone()
		at := t.Add(-time.Duration(offset) * time.Second)
		if at.In(loc).Format(wallForms[1]) == shows && !slices.Contains(found, at.UnixMilli()) {
			found = append(found, at.UnixMilli())
		}
	}
	slices.Sort(found)
	switch {
	case len(found) == 0:
		return 0, fmt.Errorf("%s does not exist in %s: clocks go forward over it", shows, zone)
	case len(found) == 1:
		return found[0], nil
	case fold == "first":
		return found[0], nil
	case fold == "second":
		return found[1], nil
	}
	return 0, fmt.Errorf("%s comes twice in %s, clocks go back over it: say fold first or second", shows, zone)
}

// clock writes an instant as a zone's clocks show it.
func clock(ms int64, zone string) string {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		loc = time.UTC
	}
	return time.UnixMilli(ms).In(loc).Format("2006-01-02 15:04:05 -07:00")
}
