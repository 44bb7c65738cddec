package studio

import (
	"cmp"
	"fmt"

	"github.com/fudai-live/fudai/giveaway"
)

// Notice before the opening, where a draft says nothing.
const (
	noticeNow = 10_000
	noticeAt  = 600_000
)

// times finds when it opens and closes.
func (f *finding) times(now, fired int64, on onAir, need func(bool, string, string, string)) {
	d, t := f.draft, &f.draft.Trigger
	f.zone = cmp.Or(t.Zone, f.shop.Zone)
	need(d.NoticeMs >= 0 && d.NoticeMs <= 30*86_400_000, "draft.noticeMs", "notice", "notice is 0 to 30 days")
	need(t.AfterMs >= 0 && t.AfterMs <= 86_400_000, "draft.trigger.afterMs", "trigger", "it waits 0 to 24 hours")
	switch {
	case t.On == "at":
		f.planTimes(need)
	case t.On == "now":
		f.openAt = whole(now + cmp.Or(d.NoticeMs, noticeNow))
		f.closeAt = f.openAt + d.OpenMs
	case t.waits():
		if fired != 0 {
			f.openAt = whole(max(fired+t.AfterMs, now+f.notice()))
			f.closeAt = f.openAt + d.OpenMs
		} else {
			f.begun(on, now)
		}
		need(t.On != "product" || t.Item != "", "draft.trigger.item", "trigger", "say which product must come on air")
	default:
		need(false, "draft.trigger.on", "trigger", fmt.Sprintf("trigger %.20q is none of now, at, show-start, product, after-draw, tap", t.On))
	}
	if t.On != "at" || d.CloseAt == "" {
		need(d.OpenMs > 0, "draft.openMs", "window", "say for how long it is open")
		need(d.OpenMs <= giveaway.MaxWindow, "draft.openMs", "window", fmt.Sprintf("it is open for at most %d ms", giveaway.MaxWindow))
	}
	if f.openAt != 0 {
		f.announceAt = max(now, f.openAt-cmp.Or(d.NoticeMs, noticeAt))
	}
}

// whole is the next whole second. A beacon's rounds are due on whole seconds: what
// also closes on one waits for its round a second less at the worst, and without
// it a result under witnesses could come later than 8 s after zero.
func whole(ms int64) int64 { return (ms + 999) / 1000 * 1000 }

// delay is how soon after what it waits for it opens.
func (f *finding) delay() int64 {
	return max(f.draft.Trigger.AfterMs, f.notice())
}

// notice is how long before it opens something that is not planned for a time
// is announced.
func (f *finding) notice() int64 { return cmp.Or(f.draft.NoticeMs, noticeNow) }

func (f *finding) planTimes(need func(bool, string, string, string)) {
	d, t := f.draft, &f.draft.Trigger
	at := func(local, field string) int64 {
		w, err := wall(local)
		if err == nil {
			var ms int64
			if ms, err = instant(w, f.zone, t.Fold); err == nil {
				return ms
			}
		}
		need(false, field, "time", err.Error())
		return 0
	}
	f.openAt = at(t.At, "draft.trigger.at")
	f.closeAt = f.openAt + d.OpenMs
	if d.CloseAt != "" {
		need(d.OpenMs == 0, "draft.openMs", "window", "give either openMs or closeAt")
		f.closeAt = at(d.CloseAt, "draft.closeAt")
		need(f.openAt == 0 || f.closeAt == 0 || f.closeAt > f.openAt, "draft.closeAt", "window", "it closes before it opens")
	}
}
