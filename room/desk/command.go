package desk

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/moderation"
	"github.com/fudai-live/fudai/room/questions"
	"github.com/fudai-live/fudai/room/record"
)

// Bounds of what staff may write, in bytes.
const (
	maxTitle  = 300
	maxAnswer = 2000
	maxAttr   = 4096
	maxReason = 500
)

// check reads data as the kind demands and answers everything that is wrong
// with it. A plan is looked at by the room, which refuses it with all reasons.
func check(kind string, data json.RawMessage) error {
	var v any
	switch kind {
	case record.CtlRoom:
		v = &record.RoomSettings{}
	case record.CtlShowStart, record.CtlShowEnd:
		v = &record.ShowData{}
	case record.CtlMute, record.CtlUnmute:
		v = &record.MuteData{}
	case record.CtlPin, record.CtlUnpin:
		v = &record.PinData{}
	case record.CtlProduct:
		v = &record.ProductData{}
	case record.CtlCard:
		v = &record.CardData{}
	case record.CtlAttr:
		v = &record.AttrData{}
	case record.CtlAnswer:
		v = &record.AnswerData{}
	case record.CtlQuestion:
		v = &record.QuestionData{}
	case record.CtlPrompt:
		v = &record.PromptData{}
	case record.CtlCatalogue:
		v = &record.CatalogueData{}
	case record.CtlRetract:
		v = &record.RetractData{}
	case record.CtlVerdict:
		v = &record.VerdictData{}
	case record.CtlLease:
		v = &record.LeaseData{}
	case record.CtlRules:
		v = &record.RulesData{}
	case record.CtlDirect:
		v = &record.DirectData{}
	case record.CtlCancel, record.CtlVoid:
		v = &record.EventData{}
	case record.CtlBeacon:
		v = &record.BeaconData{}
	case record.CtlConfirm:
		v = &record.ConfirmData{}
	case record.CtlDecoy:
		v = &record.DecoyData{}
	case record.CtlCheckpoint:
		v = &record.CheckpointData{}
	case record.CtlWords:
		v = &record.WordsData{}
	case record.CtlPlan:
		return nil
	case record.CtlWins:
		v = &giveaway.Wins{}
	default:
		return fmt.Errorf("kind: no command %q", kind)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("data: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	return problems(v)
}

// problems checks what the types alone do not.
func problems(v any) error {
	var errs []error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf("data: "+format, args...))
		}
	}
	text := func(name, s string, most int) {
		check(len(s) <= most && utf8.ValidString(s), "%s has %d bytes, at most %d of UTF-8", name, len(s), most)
	}
	translated := func(err error) { check(err == nil, "%v", err) }
	switch v := v.(type) {
	case *record.RoomSettings:
		check(v.Budget == nil || *v.Budget >= 1 && *v.Budget <= 1000, "budget is outside 1 to 1000 comments a second")
		check(v.SlowMS == nil || *v.SlowMS >= 0 && *v.SlowMS <= 600_000, "slow_ms is outside 0 to 600000")
		check(v.VideoDelay == nil || *v.VideoDelay >= 0 && *v.VideoDelay <= 60_000, "video_delay_ms is outside 0 to 60000")
		if v.Title != nil {
			text("title", *v.Title, maxTitle)
		}
	case *record.ShowData:
		check(record.ValidID([]byte(v.Show)), "show is not an id: 1 to 64 printable ASCII characters")
		check(v.Open == "" || v.Open == "finish" || v.Open == "void", "open is %q: say finish or void", v.Open)
		text("title", v.Title, maxTitle)
	case *record.MuteData:
		check(v.User != "" && len(v.User) <= record.MaxUser, "user has %d bytes, want 1 to %d", len(v.User), record.MaxUser)
		check(v.Seconds >= 0 && v.Seconds <= 10*365*24*3600, "seconds is outside 0 (for good) to ten years")
		text("reason", v.Reason, maxReason)
	case *record.PinData:
		check(record.ValidID([]byte(v.Pin)), "pin is not an id")
		text("text", v.Text, maxAnswer)
		translated(v.Tr.Check())
	case *record.ProductData:
		text("title", v.Title, maxTitle)
		check(v.Price >= 0 && v.Was >= 0 && v.Stock >= 0, "price, was and stock must not be negative")
		check(record.KnownCurrency(v.Currency), "currency is none of %v", record.Currencies)
	case *record.CardData:
		check(record.ValidID([]byte(v.Card)), "card is not an id")
		check(v.Kind == "product" || v.Kind == "coupon", "kind is %q: say product or coupon", v.Kind)
		check(record.KnownCurrency(v.Currency) && (v.Product == nil || record.KnownCurrency(v.Product.Currency)), "currency is none of %v", record.Currencies)
		text("title", v.Title, maxTitle)
	case *record.AttrData:
		check(record.ValidID([]byte(v.Name)), "name is not an id")
		text("value", v.Value, maxAttr)
	case *record.AnswerData:
		check(v.Text != "" || v.Spoken, "an answer needs a text, or spoken")
		check(v.Cluster != "" || len(v.Offsets) > 0 || len(v.Users) > 0 || v.ToRoom, "an answer needs a cluster, offsets of comments, users, or to_room")
		check(!v.Pin || v.Cluster != "" && v.Text != "", "a pinned answer needs a cluster and a text")
		text("text", v.Text, maxAnswer)
		translated(v.Tr.Check())
	case *record.WordsData:
		translated(v.Check())
	case *record.QuestionData:
		if err := v.Check(); err != nil {
			check(false, "%v", err)
		}
		_, ok := questions.ParseMove(v.State)
		check(ok || v.State == "", "state is %q: say open, onscreen or dismissed", v.State)
	case *record.PromptData:
		if v.Script == "" {
			errs = append(errs, new(questions.Book).Prompt(v, ""))
		}
		check(v.Script == "" || v.Text == "", "script and text: say one of them")
	case *record.CatalogueData:
		if err := new(questions.Book).Change(v.WithoutDeletions(), 1); err != nil {
			check(false, "%v", err)
		}
	case *record.RetractData:
		check(len(v.Offsets) > 0 || v.User != "", "name offsets or a user")
		check(v.Reason != "", "reason is empty: what is hidden needs one")
	case *record.VerdictData:
		all := v.Verdicts
		if len(all) == 0 {
			all = []record.VerdictData{*v}
		}
		check(len(all) <= record.MaxVerdicts, "%d verdicts, at most %d", len(all), record.MaxVerdicts)
		for i := range all {
			a := all[i].Action
			check(a == "allow" || a == "mask" || a == "block" || a == "undo", "action is %q: say allow, mask, block or undo", a)
			check(a == "allow" || a == "undo" || all[i].Reason != "", "reason is empty: what is hidden needs one")
		}
	case *record.LeaseData:
		check(len(v.Offsets) > 0 && len(v.Offsets) <= record.MaxLeases, "%d offsets, want 1 to %d", len(v.Offsets), record.MaxLeases)
	case *record.RulesData:
		errs = append(errs, checkRules(v))
	case *record.ConfirmData:
		if err := v.Check(); err != nil {
			check(false, "%v", err)
		}
	case *record.CheckpointData:
		check(v.Note != "" && len(v.Note) <= drawproof.MaxNote, "note has %d bytes, want 1 to %d", len(v.Note), drawproof.MaxNote)
	case *record.DecoyData:
		errs = append(errs, v.Check())
	case *record.EventData:
		check(record.ValidID([]byte(v.Event)), "event is not an id")
		for _, wrong := range v.Check() {
			check(false, "%s", wrong)
		}
	}
	return errors.Join(errs...)
}

// checkRules compiles the rules, so that whoever sends them hears of every
// mistake at once; the room would only refuse them.
func checkRules(v *record.RulesData) error {
	brings := v.Stage == "" || v.Stage == record.StageEnforce || v.Stage == record.StageShadow
	switch {
	case !brings && v.Stage != record.StagePromote && v.Stage != record.StageRevert && v.Stage != record.StageDrop:
		return fmt.Errorf("data: stage is %q: say enforce, shadow, promote, revert or drop", v.Stage)
	case !brings && v.YAML != "":
		return fmt.Errorf("data: stage %s takes no yaml", v.Stage)
	case v.Stage == record.StageShadow && v.YAML == "":
		return errors.New("data: stage shadow needs yaml")
	case v.YAML == "":
		return nil
	}
	set, err := moderation.Parse([]byte(v.YAML))
	if err == nil && v.Version != "" && v.Version != set.Version() {
		err = fmt.Errorf("data: version is %q and the yaml says %q", v.Version, set.Version())
	}
	return err
}

// coded is the data of a cancel or void, which was checked, with its code written
// out: a command without one is of a program older than the list.
func coded(data json.RawMessage) json.RawMessage {
	var v record.EventData
	if json.Unmarshal(data, &v) != nil || v.Code != "" {
		return data
	}
	v.Code = record.EndOther
	raw, err := json.Marshal(v)
	if err != nil {
		return data
	}
	return raw
}
