package replay

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/fudai-live/fudai/room/record"
)

// reader turns lines into records.
type reader struct {
	room, prefix string
	decoder      record.Decoder
	began        bool
	epoch        int64 // the "time" of the first line that has no t_ms
}

// line is what both forms of a line have in common. Members are looked at
// closely by record.Decoder, later.
type line struct {
	At   *float64 `json:"t_ms"`
	Kind string   `json:"kind"`
	ID   string   `json:"id"`
	Time int64    `json:"time"`
	Text string   `json:"text"`
	User string   `json:"user"`
	Name string   `json:"name"`
}

// maxAt bounds t_ms: a recording is shorter than a year.
const maxAt = 366 * 24 * float64(time.Hour/time.Millisecond)

// read answers the record of line number n and when it was said, from the
// beginning of the recording.
func (r *reader) read(raw []byte, n int) (value []byte, at time.Duration, err error) {
	var l line
	if err := json.Unmarshal(raw, &l); err != nil {
		return nil, 0, err
	}
	if at, err = r.at(&l); err != nil {
		return nil, 0, err
	}
	c, err := r.comment(raw, &l)
	if err != nil {
		return nil, 0, err
	}
	id := l.ID
	if id == "" {
		id = strconv.Itoa(n)
	}
	c.ID, c.Room = []byte(r.prefix+id), []byte(r.room)
	value = record.AppendComment(nil, c)
	if refusal := r.decoder.Comment(value, new(record.Comment)); refusal != nil {
		return nil, 0, refusal
	}
	return value, at, nil
}

// comment is the line as a Comment, with neither its id nor its room settled.
func (r *reader) comment(raw []byte, l *line) (*record.Comment, error) {
	if l.Kind == "" {
		name := l.Name
		if name == "" && len(l.User) <= record.MaxName {
			name = l.User
		}
		return &record.Comment{Kind: record.Say, Role: record.Viewer,
			User: []byte(l.User), Name: []byte(name), Text: []byte(l.Text), ClientTime: l.Time}, nil
	}
	if record.ParseKind([]byte(l.Kind)).Engine() {
		return nil, fmt.Errorf("kind %q is written by a partition's owner alone", l.Kind)
	}
	// The decoder wants a whole record; what the line leaves out comes first,
	// and the first of two members would be refused, so they are added only
	// where they lack.
	var has map[string]json.RawMessage
	if err := json.Unmarshal(raw, &has); err != nil {
		return nil, err
	}
	body := bytes.TrimSpace(raw)
	for name, value := range map[string]string{"id": "x", "room": "x"} {
		if _, ok := has[name]; !ok {
			body = append([]byte(`{"`+name+`":"`+value+`",`), body[1:]...)
		}
	}
	var c record.Comment
	if refusal := r.decoder.Comment(body, &c); refusal != nil {
		return nil, refusal
	}
	return &c, nil
}

// at is the line's place on the recording's clock.
func (r *reader) at(l *line) (time.Duration, error) {
	ms := 0.0
	switch {
	case l.At != nil:
		ms = *l.At
	case l.Time != 0:
		if !r.began {
			r.began, r.epoch = true, l.Time
		}
		ms = max(0, float64(l.Time-r.epoch))
	}
	if !(ms >= 0 && ms <= maxAt) {
		return 0, fmt.Errorf("t_ms is %v, want 0 to a year", ms)
	}
	return time.Duration(ms * float64(time.Millisecond)), nil
}
