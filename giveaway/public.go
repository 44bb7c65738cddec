package giveaway

import (
	"encoding/hex"
	"encoding/json"
	"strconv"
	"unicode/utf8"

	"github.com/fudai-live/fudai/giveaway/drawproof"
)

// result is the message "result" (PROTOCOL.md 2): what edges send to the room
// from the ledger, on the lane that never drops.
type result struct {
	Op        string         `json:"op"`
	Room      string         `json:"room"`
	Event     string         `json:"event"`
	Title     string         `json:"title"`
	State     string         `json:"state"`
	Entered   int            `json:"entered"`
	Currency  string         `json:"currency,omitempty"` // of the amounts; absent: CNY
	Winners   []publicWinner `json:"winners,omitempty"`
	More      int            `json:"more,omitempty"` // winners beyond those listed
	Round     uint64         `json:"round,omitempty"`
	Sigma     string         `json:"sigma,omitempty"`
	Proof     string         `json:"proof,omitempty"` // the operator's, where the plan asks for one
	CloseHash string         `json:"close_hash,omitempty"`
	Seal      string         `json:"seal,omitempty"`
	Cutoff    string         `json:"cutoff,omitempty"` // a score above it did not win
	Why       string         `json:"why,omitempty"`
	Code      string         `json:"code,omitempty"` // of why
	// Compensation is what the organiser gives who was in; only of state void.
	Compensation string `json:"compensation,omitempty"`
	// Checkpoint is the newest head of the transparency log that the room heard
	// of: not yet the one that has this decision.
	Checkpoint string `json:"checkpoint,omitempty"`
}

type publicWinner struct {
	Name   string `json:"n"`
	Handle string `json:"h"`
	Prize  string `json:"prize"`
	Rank   uint32 `json:"rank"`
	Amount uint64 `json:"amount,omitempty"` // minor units
}

// maxPublicWinners bounds the message: everybody gets it. The bundle has all.
const maxPublicWinners = 200

// publicSeal tells that the list is closed and sealed, with the code to compare.
func (e *Events) publicSeal(ev *event, c *drawproof.Close) json.RawMessage {
	r := e.public(ev, Sealed)
	r.Round, r.CloseHash, r.Seal = c.Round, c.Hash().String(), drawproof.SealCode(c.Hash())
	return r.encode()
}

// publicResult tells who won.
func (e *Events) publicResult(ev *event, d *drawproof.Result) json.RawMessage {
	r := e.public(ev, Drawn)
	r.Round, r.CloseHash = ev.Seal.Round, ev.Seal.CloseHash.String()
	r.Proof = hex.EncodeToString(ev.list.proof)
	r.Sigma, r.Cutoff = hex.EncodeToString(ev.sigma(ev.Seal.Round)), hex.EncodeToString(d.Cutoff.Winner)
	for i, w := range d.Winners {
		if i == maxPublicWinners {
			r.More = len(d.Winners) - i
			break
		}
		row := int(ev.list.holder[w.Rank-1])
		handle := e.cfg.Keys.AppendHandle(nil, []byte(e.cfg.Room), ev.entries.user(row))
		r.Winners = append(r.Winners, publicWinner{Mask(string(ev.entries.name(row))), string(handle), w.Prize, w.Rank, w.Amount})
	}
	return r.encode()
}

// publicEnd tells that there will be no draw, and why.
func (e *Events) publicEnd(ev *event, state Phase, s *stop) json.RawMessage {
	r := e.public(ev, state)
	r.Why, r.Code = s.Why, s.code()
	if state == Void {
		r.Compensation = ev.Plan.Compensation
	}
	return r.encode()
}

func (e *Events) public(ev *event, state Phase) *result {
	return &result{Op: "result", Room: e.cfg.Room, Event: ev.id(), Title: ev.Plan.Title, State: state.String(), Entered: ev.entered(), Currency: ev.Plan.Currency, Checkpoint: e.head.note}
}

func (r *result) encode() json.RawMessage {
	raw, err := json.Marshal(r)
	if err != nil {
		panic("giveaway: result of " + r.Event + ": " + err.Error()) // strings and integers only
	}
	return raw
}

// Mask is a name as others may read it next to a prize: its first and, of
// longer ones, its last character.
func Mask(name string) string {
	n := utf8.RuneCountInString(name)
	first, size := utf8.DecodeRuneInString(name)
	last, _ := utf8.DecodeLastRuneInString(name)
	switch {
	case n == 0 || size == 0:
		return "***"
	case n <= 2:
		return string(first) + "*"
	}
	return string(first) + "***" + string(last)
}

func number(n int64) string { return strconv.FormatInt(n, 10) }
