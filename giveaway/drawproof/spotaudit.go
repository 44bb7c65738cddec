package drawproof

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// SpotAudit is what a file of openings shows of a bundle.
type SpotAudit struct {
	Verdict  string    `json:"verdict"`
	Event    string    `json:"event"`
	Rules    []Finding `json:"rules"`
	Entrants int       `json:"entrants"`
	Sample   int       `json:"sample"`
	Opened   int       `json:"opened"` // rightly, and with facts about the account
	AtMost   int       `json:"atMost"` // invented entrants, with 95 % confidence; see [AtMost]
}

// sample is that of the bundle (R46).
func (e *evidence) sample() []uint32 {
	return NewSeed(e.closeHash, e.Sigma, e.beta).Sample(len(e.Entrants))
}

// SampleOf answers the entrants that a bundle's draw names for a spot audit, and
// their places in its list. It does not check the bundle; see [Verify].
func SampleOf(bundle []byte) (sample []uint32, leaves []Leaf, err error) {
	e := &evidence{}
	if err := errors.Join(e.read(bundle), e.unpack(bundle), e.readPlan()); err != nil {
		return nil, nil, err
	}
	e.compute()
	sample = e.sample()
	for _, i := range sample {
		leaves = append(leaves, e.Entrants[i])
	}
	return sample, leaves, nil
}

// VerifyOpenings checks a file of openings against a bundle. It does not check
// the rest of the bundle, without which it is worth nothing; see [Verify].
func VerifyOpenings(bundle, openings []byte) SpotAudit {
	var r Report
	var a SpotAudit
	e, o := &evidence{}, &opened{}
	// Without a bundle and a file that can be read nothing after them has a meaning.
	if r.add(47, errors.Join(e.read(bundle), e.unpack(bundle), e.readPlan(), o.read(openings))) {
		e.compute()
		o.check(e, &r)
		a = SpotAudit{Event: e.plan.Event, Entrants: len(e.Entrants), Sample: len(o.sample), Opened: o.clean}
		a.AtMost = AtMost(a.Entrants, a.Sample, a.Sample-a.Opened)
	}
	r = r.conclude()
	a.Verdict, a.Rules = r.Verdict, r.Rules
	return a
}

// opened is a file of openings under check.
type opened struct {
	Openings
	doc    map[string]any
	sample []uint32
	clean  int
}

func (o *opened) read(raw []byte) error {
	v, err := parseCanonical(raw)
	if err != nil {
		return fmt.Errorf("openings: %w", err)
	}
	if err := openingsShape("openings", v); err != nil {
		return err
	}
	o.doc = v.(map[string]any)
	return json.Unmarshal(raw, &o.Openings)
}

func (o *opened) check(e *evidence, r *Report) {
	o.sample = e.sample()
	ours := r.add(48, errors.Join(same("event of the openings", o.Event, e.plan.Event), same("close hash of the openings", o.CloseHash, e.closeHash)))
	signed := r.add(49, signedBy(e.plan.EngineKey, openingsMessage(o.doc), o.Signature))
	keyed := r.add(50, same("commitment to the event key", TagKeyCommit(o.EventKey[:]), e.plan.TagKeyCommit))
	var first [5]error // of R51 to R55
	var wrong [5]int
	bare := 0
	for i := range o.Openings.Openings {
		x := &o.Openings.Openings[i]
		clean := ours && signed && keyed
		for rule, err := range []error{o.checkIndex(i), o.checkUser(e, x), checkSealed(e, x), checkPromise(e, x), checkAccount(e, x)} {
			if err != nil {
				if wrong[rule]++; wrong[rule] == 1 {
					first[rule] = fmt.Errorf("opening of entrant %d: %w", x.Index, err)
				}
				clean = false
			}
		}
		switch {
		case clean && x.Account.says():
			o.clean++
		case clean:
			bare++
		}
	}
	for i, err := range first {
		if wrong[i] > 1 {
			err = fmt.Errorf("%w; %d openings fail like it", err, wrong[i])
		}
		r.add(51+i, err)
	}
	var short error
	if o.clean < len(o.sample) {
		short = fmt.Errorf("%d of %d are opened, %d are not, %d of those without a fact about the account", o.clean, len(o.sample), len(o.sample)-o.clean, bare)
	}
	r.add(56, short)
}

func (o *opened) checkIndex(i int) error {
	at := o.Openings.Openings[i].Index
	if i > 0 && o.Openings.Openings[i-1].Index >= at {
		return errors.New("it is not above the one before: out of order, or there twice")
	}
	if !slices.ContainsFunc(o.sample, func(s uint32) bool { return uint64(s) == at }) {
		return errors.New("it is not in the sample")
	}
	return nil
}

func (o *opened) checkUser(e *evidence, x *Opening) error {
	salt := Salt(o.EventKey[:], x.User)
	if slices.Equal(salt[:], x.Receipt.Salt) && Tag(e.plan.Event, x.User, salt) == x.Receipt.Tag {
		return nil
	}
	return fmt.Errorf("salt and tag are not those of user %q under the event key", x.User)
}

// checkSealed holds the leaf against the root of the close record that the list gives.
func checkSealed(e *evidence, x *Opening) error {
	r := &x.Receipt
	return VerifyInclusion(e.computed.Root, Leaf{r.Tag, r.Weight, r.Partition, r.Offset}.Hash(), Proof{x.Index, e.computed.Entrants, x.Path})
}

func checkPromise(e *evidence, x *Opening) error {
	if x.Receipt.Event != e.plan.Event || x.Receipt.PlanHash != e.planHash {
		return errors.New("its receipt is for another event or plan")
	}
	return x.Receipt.Verify(e.plan.ReceiptKey, "")
}

// checkAccount refuses what cannot be: an account that entered before it was made.
func checkAccount(e *evidence, x *Opening) error {
	if x.Account == nil || x.Account.CreatedAt == nil {
		return nil
	}
	for _, m := range e.Markers {
		if m.Partition == x.Receipt.Partition && m.Kind == MarkerClose && *x.Account.CreatedAt > m.Now {
			return fmt.Errorf("the account was made at %d, the entries closed at %d", *x.Account.CreatedAt, m.Now)
		}
	}
	return nil
}

// Text is the outcome for a person.
func (a SpotAudit) Text() string {
	var b strings.Builder
	for _, f := range a.Rules {
		f.print(&b)
	}
	if a.Sample > 0 {
		fmt.Fprintf(&b, "\n%s\n", a.Bound())
	}
	fmt.Fprintf(&b, "%s\n", a.Verdict)
	return b.String()
}

// Bound says what the openings are worth, and on what condition.
func (a SpotAudit) Bound() string {
	share := (10_000*int64(a.AtMost) + int64(a.Entrants) - 1) / int64(max(1, a.Entrants)) // in 1/100 %, rounded up
	return fmt.Sprintf("%d of %d opened: with 95 %% confidence at most %d of %d entrants (%d.%02d %%) are invented.\n"+
		"That holds only if you held each opened account against the platform's own accounts; what the file says of them is the operator's word.\n"+
		"The file holds the event key: whoever has it can test guesses of users against every tag of the list. Keep it secret.",
		a.Opened, a.Sample, a.AtMost, a.Entrants, share/100, share%100)
}
