package studio

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/fudai-live/fudai/giveaway/studio/rehearse"
	"github.com/fudai-live/fudai/giveaway/studio/rest"
	"github.com/fudai-live/fudai/room/record"
)

var rehearsals = table[Rehearsal]{"studio_rehearsals", "rehearsal"}

// Watermark stands before every title that a rehearsal shows.
const Watermark = "【彩排】"

// NewRehearsal says what is rehearsed (彩排), and before whom.
type NewRehearsal struct {
	Room         string   `json:"room"`
	Giveaways    []string `json:"giveaways,omitempty" doc:"Default: all of the room that are not announced yet; at most 16."`
	Viewers      int      `json:"viewers,omitempty" doc:"Simulated; default 300, at most 5000."`
	Trolls       int      `json:"trolls,omitempty" doc:"Of those that flood, guess, forge and repeat; default 20, at most 500."`
	DipMs        int64    `json:"dipMs,omitempty" doc:"For how long the network of a third of the viewers is gone in the middle of the first opening; default 8 s, at most 10 minutes."`
	BeaconLateMs int64    `json:"beaconLateMs,omitempty" doc:"How late the random number comes; at most 10 minutes. From 20 s on viewers see a folded card."`
	Seed         uint64   `json:"seed,omitempty" doc:"The same seed is the same crowd."`
	Try          *Try     `json:"try,omitempty" doc:"What is changed in the copy of the room, before the crowd comes. The room keeps its own."`
}

// Try is a change of the copied room that a rehearsal tries.
type Try struct {
	Settings *record.RoomSettings `json:"settings,omitempty" doc:"As of the command room: what is absent stays as the room has it."`
	Rules    *string              `json:"rules,omitempty" doc:"A rule file in YAML in place of the room's own; empty: it has none of its own."`
}

// Levels of findings.
const (
	Fails = "fails" // as it is, it would not work
	Risks = "risks" // it would work, and not as somebody may have meant
	Notes = "notes"
)

// Finding is something that a rehearsal found.
type Finding struct {
	Level    string `json:"level" enum:"fails,risks,notes"`
	Giveaway string `json:"giveaway,omitempty"`
	Title    string `json:"title,omitempty"`
	Field    string `json:"field,omitempty"`
	Rule     string `json:"rule"`
	Message  string `json:"message"`
}

// Rehearsed is one giveaway of a rehearsal.
type Rehearsed struct {
	Giveaway  string      `json:"giveaway"`
	Title     string      `json:"title"`
	State     string      `json:"state" doc:"How far its copy came."`
	Live      Live        `json:"live"`
	Told      int         `json:"told" doc:"Viewers who were told that they are in; as many stand in the sealed list."`
	Folded    bool        `json:"folded" doc:"Its card was folded while the random number was late."`
	Verified  bool        `json:"verified" doc:"The proof of its draw was checked and holds."`
	Refused   []RefusedBy `json:"refused" doc:"Why simulated viewers did not get in."`
	OpenForMs int64       `json:"openForMs"`
}

// Count is how often something was said.
type Count struct {
	Code string `json:"code"`
	N    int    `json:"n"`
}

// Rehearsal is the report of one.
type Rehearsal struct {
	Meta
	NewRehearsal
	Copied     *Copied     `json:"copied,omitempty" doc:"What of the room was copied; absent where its owner could not be asked, and a new room stood in."`
	Namespace  string      `json:"namespace" doc:"The room in which it was held; it exists nowhere else."`
	Watermark  string      `json:"watermark"`
	Findings   []Finding   `json:"findings" doc:"What would fail first."`
	Items      []Rehearsed `json:"items"`
	People     []Count     `json:"people" doc:"What simulated viewers were told."`
	Rogues     []Count     `json:"rogues" doc:"What trolls were told."`
	Unanswered int         `json:"unanswered" doc:"Messages whose sender was told nothing."`
	Delayed    int         `json:"delayed" doc:"Messages that the network held back."`
	Forged     int         `json:"forged" doc:"Forged close markers; none counted."`
	Frames     int         `json:"frames"`
	Bytes      int         `json:"bytes"`
	SpanMs     int64       `json:"spanMs" doc:"How long it would have taken."`
	TookMs     int64       `json:"tookMs"`
}

func (r *Rehearsal) where() (string, string) { return r.Room, "" }

func (in *NewRehearsal) problems() (all []rest.Problem) {
	need := wants(&all)
	within := func(field string, v *int64, usual, most int64) {
		if *v == 0 {
			*v = usual
		}
		need(*v >= 0 && *v <= most, field, "amount", fmt.Sprintf("%s is 0 to %d, not %d", field, most, *v))
	}
	viewers, trolls := int64(in.Viewers), int64(in.Trolls)
	within("viewers", &viewers, 300, 5000)
	within("trolls", &trolls, 20, 500)
	within("dipMs", &in.DipMs, 8000, 600_000)
	within("beaconLateMs", &in.BeaconLateMs, 0, 600_000)
	in.Viewers, in.Trolls = int(viewers), int(trolls)
	need(in.Try == nil || in.Try.Rules == nil || len(*in.Try.Rules) < record.MaxControl/2, "try.rules", "amount", fmt.Sprintf("rules have at most %d bytes here", record.MaxControl/2))
	need(len(in.Giveaways) <= mostRehearsed, "giveaways", "too-many", fmt.Sprintf("at most %d at a time", mostRehearsed))
	return all
}

const (
	mostRehearsed = 16
	// rehearsedWithin bounds the time that one may take.
	rehearsedWithin = 90 * time.Second
)

// addRehearsal holds a rehearsal and answers what it found.
func (s *Studio) addRehearsal(c *rest.Call) (any, error) {
	var in NewRehearsal
	if err := c.Read(&in); err != nil {
		return nil, err
	}
	room, err := rooms.get(c, s.store.db, in.Room)
	if err != nil {
		return nil, err
	}
	if err := c.May(room.Shop, room.ID); err != nil {
		return nil, err
	}
	if err := sound(in.problems()); err != nil {
		return nil, err
	}
	if !s.rehearsing.TryLock() {
		return nil, rest.Refuse(http.StatusConflict, "busy", "another rehearsal is under way: try again in a minute")
	}
	defer s.rehearsing.Unlock()
	all, err := s.toRehearse(c, room, in.Giveaways)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(c, rehearsedWithin)
	defer cancel()
	r, err := s.rehearse(ctx, room, all, in, c.Now)
	if err != nil {
		return nil, err
	}
	return r, s.store.db.Tx(c, func(tx *sql.Tx) error {
		if err := put(c, tx, rehearsals.name, r, c.Claims.User, c.Now); err != nil {
			return err
		}
		return audit(c, tx, c.Now, r.Shop, c.Claims.User, "rehearse", rehearsals.what, r.ID, in)
	})
}

// toRehearse reads what is rehearsed.
func (s *Studio) toRehearse(ctx context.Context, room *Room, ids []string) ([]Giveaway, error) {
	all, err := giveaways.list(ctx, s.store.db, filter{room: room.ID, states: []string{Drafted, Approved, Scheduled}})
	if err != nil {
		return nil, err
	}
	if len(ids) > 0 {
		for _, id := range ids {
			if !slices.ContainsFunc(all, func(g Giveaway) bool { return g.ID == id }) {
				return nil, rest.NotFound(giveaways.what+" that is not announced", id)
			}
		}
		all = slices.DeleteFunc(all, func(g Giveaway) bool { return !slices.Contains(ids, g.ID) })
	}
	// What was announced in the meantime, or waits in line, is no rehearsal any more.
	if len(all) == 0 || len(all) > mostRehearsed {
		return nil, rest.Refuse(http.StatusUnprocessableEntity, "refused", "nothing to rehearse, or too much",
			rest.Problem{Field: "giveaways", Rule: "too-many", Message: fmt.Sprintf("%d giveaways of this room are not announced yet; name 1 to %d", len(all), mostRehearsed)})
	}
	return all, nil
}

func (s *Studio) rehearse(ctx context.Context, at *Room, all []Giveaway, in NewRehearsal, now int64) (*Rehearsal, error) {
	began := time.Now()
	r := &Rehearsal{Meta: Meta{ID: newID("rehearsal"), Shop: at.Shop}, NewRehearsal: in, Watermark: Watermark, Findings: []Finding{}, Items: []Rehearsed{}}
	if reached := s.reach(ctx); reached != nil && !reached.OK {
		r.find(Risks, nil, "draft.noBeacon", "beacon", "no relay of the public beacon can be reached at this moment")
	}
	like, err := s.likeness(ctx, at.ID)
	if err != nil {
		s.cfg.Logger.Warn("a room is rehearsed as a new one: its owner does not answer", "room", at.ID, "err", err)
		r.find(Risks, nil, "", "copy", "the room could not be asked for its rules and settings: it was rehearsed with those of a new room")
		like = nil
	}
	for i := range all {
		if err := s.inspect(ctx, r, &all[i], now); err != nil {
			return nil, err
		}
	}
	var secret [32]byte
	if _, err := rand.Read(secret[:]); err != nil {
		return nil, err
	}
	p, err := s.newPlay(ctx, r, at, all, like, secret, now)
	if err != nil {
		return nil, err
	}
	defer p.end()
	if err := p.furnish(at, like); err != nil {
		return nil, err
	}
	if err := p.run(ctx); err != nil {
		return nil, err
	}
	if err := p.judge(ctx); err != nil {
		return nil, err
	}
	order := []string{Fails, Risks, Notes}
	slices.SortStableFunc(r.Findings, func(a, b Finding) int { return slices.Index(order, a.Level) - slices.Index(order, b.Level) })
	r.TookMs = time.Since(began).Milliseconds()
	return r, nil
}

// inspect looks at the real draft, as it stands now, and changes nothing.
func (s *Studio) inspect(ctx context.Context, r *Rehearsal, g *Giveaway, now int64) error {
	f, err := s.check(ctx, s.store.db, g, now, 0)
	if err != nil {
		return err
	}
	for _, p := range f.problems {
		r.find(Fails, g, p.Field, p.Rule, p.Message)
	}
	for _, p := range f.warnings {
		r.find(Risks, g, p.Field, p.Rule, p.Message)
	}
	if g.State == Drafted && f.shop.Approval.needs(f.worth) {
		r.find(Risks, g, "", "approval", "it is not approved yet, and the shop wants that")
	}
	return nil
}

func (r *Rehearsal) find(level string, g *Giveaway, field, rule, message string) {
	one := Finding{Level: level, Field: field, Rule: rule, Message: message}
	if g != nil {
		one.Giveaway, one.Title = strings.TrimPrefix(g.ID, rehearsed), strings.TrimPrefix(g.Draft.Title, Watermark)
	}
	if !slices.Contains(r.Findings, one) {
		r.Findings = append(r.Findings, one)
	}
}

func (s *Studio) listRehearsals(c *rest.Call) (any, error) {
	if err := c.May(c.Query("shop"), ""); err != nil {
		return nil, err
	}
	all, err := rehearsals.list(c, s.store.db, filter{shop: c.Query("shop"), room: c.Query("room"), most: 50, newest: true})
	return rest.List[Rehearsal]{Items: all}, err
}

func (s *Studio) rehearsalRoutes() []rest.Route {
	const tag = "rehearsals"
	return []rest.Route{
		{Method: "GET", Path: "/v1/studio/rehearsals", Tag: tag, Summary: "The last rehearsals of a shop, newest first.", Do: "giveaway.read", Query: []rest.Param{shopParam, roomParam}, Out: rest.List[Rehearsal]{}, Handle: s.listRehearsals},
		{Method: "POST", Path: "/v1/studio/rehearsals", Tag: tag, Summary: "Hold a rehearsal (彩排): a copy of the room with its own log, keys, stock and money, simulated viewers, trolls and a network that dips. Nothing real is touched. It takes some seconds and answers what would fail.", Do: "giveaway.write", In: NewRehearsal{}, Example: NewRehearsal{Room: "demo", Viewers: 50, Trolls: 5}, Out: Rehearsal{}, Status: http.StatusCreated, Handle: s.addRehearsal},
	}
}

// crowd is what is asked for.
func (in *NewRehearsal) crowd() rehearse.Spec {
	return rehearse.Spec{Viewers: in.Viewers, Trolls: in.Trolls, DipMs: in.DipMs, Seed: in.Seed}
}
