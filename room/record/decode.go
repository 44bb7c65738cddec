package record

import "github.com/valyala/fastjson"

// Decoder reads records of fudai.comments. It is not safe for concurrent use.
// What it hands out aliases its buffers and holds until its next call.
//
// Members a kind does not use are read and checked all the same, so that a
// record is well formed or not whatever its kind; members nobody knows are
// ignored; null is the same as absent. No name may stand twice, not even with a
// null: of two values each reader would take another one.
type Decoder struct {
	p       *fastjson.Parser
	number  [24]byte
	watch   []Watch
	regions map[string]string // a region's one string, so that facts cost no allocation
	refusal Refusal

	// Of the record being read.
	c          *Comment
	seen       uint64  // one bit a member that says something
	named      uint64  // one bit a member that stands there, be it null or empty
	namedFacts FactSet // the same of the facts
}

// maxRegions bounds Decoder.regions; ISO 3166-2 has about 5,000 codes. Beyond
// it a region costs an allocation.
const maxRegions = 8192

// watchedPrefix is how a record over MaxComment begins. The kind must be known
// before anything is parsed, so the edges, the only writers of watched records,
// put it first.
const watchedPrefix = `{"kind":"watched"`

// Comment reads value into c. It answers nil if value is well formed; c then
// aliases the Decoder and value. It allocates nothing once its buffers have
// grown.
func (d *Decoder) Comment(value []byte, c *Comment) *Refusal {
	if len(value) > MaxComment && (len(value) > MaxWatched || !hasPrefix(value, watchedPrefix)) {
		return d.refuse(TooLarge, "")
	}
	if d.quick(value, c) {
		return nil
	}
	return d.whole(value, c)
}

// whole reads any record, and says what is wrong with it.
func (d *Decoder) whole(value []byte, c *Comment) *Refusal {
	if why := lex(value); why != ReasonNone {
		return d.refuse(why, "")
	}
	if d.p == nil {
		d.p = new(fastjson.Parser)
	}
	root, err := d.p.ParseBytes(value)
	if len(value) > MaxComment {
		// A parser keeps its largest buffer and value cache for good, about
		// 45 times the text it saw; this one serves only this record.
		d.p = nil
	}
	if err != nil {
		return d.refuse(BadJSON, "")
	}
	object, err := root.Object()
	if err != nil {
		return d.refuse(NotObject, "")
	}
	*c = Comment{Role: Viewer, Raw: value}
	d.c, d.seen, d.named, d.namedFacts, d.refusal = c, 0, 0, 0, Refusal{}
	object.Visit(d.member)
	d.c = nil
	if d.refusal.Reason != ReasonNone {
		return &d.refusal
	}
	if field := missing(c, d.seen); field != "" {
		return d.refuse(Missing, field)
	}
	if c.Count == 0 && (c.Kind == Purchase || c.Kind == Gift) {
		c.Count = 1
	}
	return nil
}

func hasPrefix(b []byte, prefix string) bool {
	return len(b) >= len(prefix) && string(b[:len(prefix)]) == prefix
}

// refuse answers a Refusal; the first one of a record stands.
func (d *Decoder) refuse(why Reason, field string) *Refusal {
	d.refusal = Refusal{why, field}
	return &d.refusal
}

// fail notes the first thing wrong with the record being read.
func (d *Decoder) fail(why Reason, field string) {
	if d.refusal.Reason == ReasonNone {
		d.refusal = Refusal{why, field}
	}
}

// once reports whether the member is there for the first time and not null.
func (d *Decoder) once(m member, v *fastjson.Value) bool {
	if d.named&(1<<m) != 0 {
		d.fail(Repeated, memberNames[m])
		return false
	}
	d.named |= 1 << m
	if v.Type() == fastjson.TypeNull {
		return false
	}
	d.seen |= 1 << m
	return true
}

// missing names the first member the kind of c needs and does not have.
func missing(c *Comment, seen uint64) string {
	if c.Kind == KindNone {
		return "kind"
	}
	for m := mKind; m < memberEnd; m++ {
		if needs[c.Kind]&^seen&(1<<m) != 0 {
			return memberNames[m]
		}
	}
	return ""
}
