package room

import (
	"encoding/json"
	"fmt"

	"github.com/fudai-live/fudai/broadcast/wire"
	"github.com/fudai-live/fudai/moderation"
	"github.com/fudai-live/fudai/room/questions"
	"github.com/fudai-live/fudai/room/record"
)

// ask folds the question of an allowed comment, shown or sampled out: what the
// room wants to know does not depend on the draw. Who asks what was answered a
// moment ago gets that answer.
func (p *Partition) ask(r *room, a *questions.Asking, out *Out) {
	out.Asked.Questions++
	if prof, ok := r.profiles.get(a.User); ok {
		a.Buyer = prof.bought > 0
	}
	a.OnAir, a.Now = r.onAir(), p.clock.now
	if told := r.asked.Ask(a); told != nil {
		out.Asked.Repeated++
		p.tellAskers(r, told, out)
	}
	p.keepTime(r) // the next Tick says when it was asked
}

// askLate folds the question of a comment that was held and is allowed now.
func (p *Partition) askLate(r *room, h *held, out *Out) {
	canon := moderation.AppendCanon(nil, h.text)
	reading := questions.Recognise([]byte(h.text), canon)
	if reading.Question {
		p.ask(r, &questions.Asking{Reading: reading, Canon: canon, Text: []byte(h.text), Hash: h.tight,
			User: h.candidate.user, ID: []byte(h.user), Offset: h.offset}, out)
	}
}

// Catalogue answers what a room knows of the shop's goods, and its approved answers.
func (p *Partition) Catalogue(name string) record.CatalogueData {
	if r := p.rooms[name]; r != nil {
		return r.asked.Catalogue()
	}
	return record.CatalogueData{}
}

// onAir is the item on air, "" if none is.
func (r *room) onAir() string {
	if r.product == nil {
		return ""
	}
	return r.product.Item
}

// answer passes the host's answer on: to the room, and to those who asked.
func (p *Partition) answer(r *room, ctl *record.Control, a *record.AnswerData) error {
	switch {
	case len(a.Users) > maxUsers || len(a.Text) > record.MaxText:
		return fmt.Errorf("%d users, %d bytes: at most %d users and %d bytes", len(a.Users), len(a.Text), maxUsers, record.MaxText)
	case a.Text == "" && !a.Spoken:
		return fmt.Errorf("an answer needs a text, or spoken")
	case a.Pin && (a.Cluster == "" || a.Text == ""):
		return fmt.Errorf("a pinned answer needs a cluster and a text")
	case a.Tr.Check() != nil:
		return a.Tr.Check()
	}
	title := ""
	if a.Cluster == "" && len(a.Offsets) > 0 && len(a.Offsets) <= maxOffsets {
		a.Cluster = r.asked.Of(a.Offsets)
	}
	if a.Cluster != "" {
		var err error
		if title, err = p.answerCluster(r, ctl, a); err != nil && !a.ToRoom && len(a.Users) == 0 {
			return err // else the answer is passed on, though the question is gone
		}
	}
	if a.ToRoom && a.Text != "" {
		r.display.items = wire.AppendAnswer(r.display.items, &wire.Answer{Cluster: a.Cluster, Text: a.Text, Question: title, AsOf: p.clock.now, Tr: a.Tr})
	}
	if a.Text != "" && len(a.Users) > 0 {
		value := wire.AppendDirect(nil, "reply", a.Text, nil)
		for _, user := range a.Users {
			p.sendDirect(r, user, value)
		}
	}
	return nil
}

// answerCluster marks a cluster answered; the next Tick says when, and tells
// those who asked.
func (p *Partition) answerCluster(r *room, ctl *record.Control, a *record.AnswerData) (title string, err error) {
	if a.Pin {
		if err := r.pinAnswer(a); err != nil {
			return "", err
		}
	}
	p.keepTime(r)
	return r.asked.Answer(a.Cluster, questions.Reply{Text: a.Text, Spoken: a.Spoken, By: ctl.By, Quiet: a.ToRoom || a.Pin, Tr: a.Tr})
}

// pinAnswer pins question and answer, in place of an earlier pin of the same
// cluster. The question is a viewer's and is not translated.
func (r *room) pinAnswer(a *record.AnswerData) error {
	title, err := r.asked.Title(a.Cluster)
	if err != nil {
		return err
	}
	text := title + " — " + a.Text
	if title == "" || len(text) > maxPinText {
		text = a.Text
	}
	return r.pin(&record.PinData{Pin: a.Cluster, Text: text, Tr: a.Tr})
}

// tellAskers sends an answer to those who asked, on all their devices.
func (p *Partition) tellAskers(r *room, told *questions.Told, out *Out) {
	if len(told.Users) == 0 {
		return
	}
	data, err := json.Marshal(answered{told.Cluster, told.Title, told.Spoken, told.At, told.ShowMS, told.Tr})
	if err != nil {
		panic("room: answer: " + err.Error()) // integers and strings only
	}
	value := wire.AppendDirect(nil, "reply", told.Text, data)
	out.Asked.Told += int64(len(told.Users))
	for _, user := range told.Users {
		p.sendDirect(r, string(user), value)
	}
}

// answered is the data of a direct line "reply" to who asked: a client that has
// it already knows it by cluster and at.
type answered struct {
	Cluster  string `json:"cluster"`
	Question string `json:"q"`
	Spoken   bool   `json:"spoken,omitempty"`  // the host said it on air
	At       int64  `json:"at"`                // room time
	ShowMS   int64  `json:"show_ms,omitempty"` // since the show began

	Tr record.Translations `json:"tr,omitempty"` // of the text
}

// moveQuestion folds what staff say of a cluster: where it stands, and what it
// is one with.
func (p *Partition) moveQuestion(r *room, q *record.QuestionData, out *Out) (err error) {
	if err := q.Check(); err != nil {
		return err
	}
	var told *questions.Told
	switch {
	case q.Into != "":
		if q.Offset != nil {
			told, err = r.asked.JoinComment(*q.Offset, q.Into, p.clock.now)
		} else {
			told, err = r.asked.Join(q.Cluster, q.Into, p.clock.now)
		}
	case q.Part:
		err = r.asked.Part(q.Cluster)
	case q.Out != nil:
		_, err = r.asked.TakeOut(q.Cluster, *q.Out, p.clock.now)
	default:
		return r.setQuestion(q)
	}
	if told != nil {
		out.Asked.Repeated += int64(len(told.Users))
		p.tellAskers(r, told, out)
	}
	p.keepTime(r)
	return err
}

func (r *room) setQuestion(q *record.QuestionData) error {
	to, ok := questions.ParseMove(q.State)
	if !ok {
		return fmt.Errorf("state %q: want open, onscreen or dismissed", q.State)
	}
	return r.asked.Move(q.Cluster, to)
}
