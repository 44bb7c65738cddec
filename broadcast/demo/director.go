package demo

import (
	"math/rand/v2"
	"slices"
	"strings"
	"time"
	"unicode"
)

// The plan of an act, in seconds from its beginning. The bag opens and closes
// by the log's time; what stands here is when the viewers feel like it.
const (
	actSeconds = 120
	cardAt     = 18
	bagAt      = 40 // announced; it opens bagLead later
	bagLead    = 5
	bagOpen    = 40 // seconds
	rainAt     = 8  // announced, in every other act; it opens rainLead later
	rainLead   = 6
	rainOpen   = 15 // seconds
	couponAt   = 66
	drawnAt    = bagAt + bagLead + bagOpen + 10 // grace, seal and one round
)

// moods are the pools of lines that fit any product.
var moods = []string{"hello", "chat", "praise", "hype", "hope", "won", "bought"}

// tempo is how many comments a second the room says at a second of the act,
// between knots on a straight line.
var tempo = []struct{ at, perSecond float64 }{
	{0, 2.5}, {10, 4}, {18, 3}, {30, 3.5}, {39, 2.5}, {44, 5}, {52, 7.5}, {64, 5},
	{70, 4}, {82, 3}, {90, 2.5}, {95, 7}, {103, 4}, {112, 2.2}, {120, 2},
}

// mostPerSecond bounds a second of the show, bursts included.
const mostPerSecond = 8

// director draws acts. The draw of each follows from the seed, the number of
// the act and the acts before.
type director struct {
	show  *Show
	cast  []viewer
	rng   *rand.Rand
	decks map[string][]string // lines of a pool not yet said since it was shuffled
	now   time.Duration       // the show's clock at the beginning of the act
	acts  int
	loud  [actSeconds]int // comments in each second of the act
	cues  []cue
}

func newDirector(show *Show, seed uint64, began int64) *director {
	return &director{show: show, cast: castOf(show.Viewers, began),
		rng: rand.New(rand.NewPCG(seed, 0xf0da1)), decks: map[string][]string{}}
}

// act draws the next act, about product, in the order of its times.
func (d *director) act(product *Product) []cue {
	d.cues, d.loud = nil, [actSeconds]int{}
	d.stage(product)
	d.questions(product)
	d.entries(product)
	d.rain()
	d.burst()
	d.lines(product)
	d.fill()
	d.hands(product)
	slices.SortStableFunc(d.cues, func(a, b cue) int { return int(a.at - b.at) })
	d.seat()
	d.now += actSeconds * time.Second
	d.acts++
	return d.cues
}

func (d *director) cue(at time.Duration, do any) { d.cues = append(d.cues, cue{at, do}) }

// stage is what the host and the shop do.
func (d *director) stage(p *Product) {
	d.cue(0, aired{p})
	d.cue(seconds(1.5), pinned{p})
	d.cue(seconds(cardAt), carded{p, false})
	d.cue(seconds(bagAt), bagged{p})
	d.cue(seconds(bagAt+1.2), helped{"福袋口令：" + p.Bag.Phrase + "，发出来就参加"})
	d.cue(seconds(couponAt), carded{p, true})
	for i, line := range p.Host {
		d.cue(seconds(2+11*float64(i)+d.rng.Float64()*3), hosted{line})
	}
}

// questions lets several viewers ask the same in their own words, then answers.
func (d *director) questions(p *Product) {
	for i := range p.Ask {
		ask := &p.Ask[i]
		ways := shuffled(d.rng, ask.Ways)
		at := seconds(float64(ask.At) + d.rng.Float64()*3)
		for _, line := range ways[:min(len(ways), 3+d.rng.IntN(2))] {
			d.say(at, said{text: line, ask: i + 1})
			at += seconds(0.8 + d.rng.Float64()*2.2)
		}
		d.cue(at+seconds(3+d.rng.Float64()*2), answered{i + 1, ask.Answer})
	}
}

// entries lets most of the room say the passphrase, eager ones first.
func (d *director) entries(p *Product) {
	most := len(d.cast) * (55 + d.rng.IntN(25)) / 100
	for range most {
		eager := d.rng.Float64()
		d.say(seconds(bagAt+bagLead+1.5+(bagOpen-6)*eager*eager), said{text: p.Bag.Phrase, entry: true})
	}
}

// rain lets red packets fall in every other act, the first one too: who opens
// the demo sees one within four minutes. Most of the room taps, each once.
func (d *director) rain() {
	if d.acts%2 != 0 {
		return
	}
	d.cue(seconds(rainAt), rained{})
	d.cue(seconds(rainAt+0.8), helped{"红包雨马上来，点到任意一个就参与 Red packets are about to fall, tap any of them"})
	for who := range d.cast {
		if d.rng.IntN(10) < 7 {
			d.cue(seconds(rainAt+rainLead+1+(rainOpen-3)*d.rng.Float64()), caught{who})
		}
	}
}

// burst is a run of 666, as when the price is said.
func (d *director) burst() {
	from := 20 + d.rng.Float64()*6
	if d.rng.IntN(2) == 0 {
		from = drawnAt + d.rng.Float64()*2
	}
	for range 14 + d.rng.IntN(8) {
		line := d.deal("hype")
		if d.rng.IntN(3) > 0 {
			line = strings.Repeat("6", 3+d.rng.IntN(4))
		}
		d.say(seconds(from+3.5*d.rng.Float64()), said{text: line})
	}
}

// lines says most of what there is to say about the product, not always the same part.
func (d *director) lines(p *Product) {
	all := shuffled(d.rng, p.Say)
	for _, line := range all[:len(all)*85/100] {
		d.say(seconds(3+d.rng.Float64()*(actSeconds-6)), said{text: d.vary(line)})
	}
}

// fill brings each second to its tempo with lines that fit any product.
func (d *director) fill() {
	for second := range actSeconds {
		want := tempoAt(float64(second)) * (0.6 + 0.8*d.rng.Float64())
		missing := want - float64(d.loud[second])
		for ; missing > d.rng.Float64(); missing-- {
			d.say(seconds(float64(second)+d.rng.Float64()), said{text: d.vary(d.deal(d.mood(second)))})
		}
	}
}

// mood draws the pool for a second of the act.
func (d *director) mood(second int) string {
	x := d.rng.Float64()
	switch {
	case second < 12 && x < 0.55:
		return "hello"
	case second >= bagAt+1 && second < drawnAt && x < 0.4:
		return "hope"
	case second >= drawnAt && second < drawnAt+14 && x < 0.7:
		return "won"
	case second > couponAt && second < couponAt+20 && x < 0.35:
		return "bought"
	case x > 0.97:
		return "hello"
	case x > 0.72:
		return "praise"
	}
	return "chat"
}

// hands is what viewers do without words: orders, gifts, likes, joins.
func (d *director) hands(p *Product) {
	for range 9 + d.rng.IntN(6) {
		at := 25 + d.rng.Float64()*90
		if d.rng.IntN(2) == 0 { // the coupon
			at = couponAt + 2 + 14*d.rng.Float64()
		}
		d.cue(seconds(at), ordered{d.rng.IntN(len(d.cast)), 1 + d.rng.IntN(5)/4})
	}
	for range 2 + d.rng.IntN(3) {
		gift := min(d.rng.IntN(len(d.show.Gifts)), d.rng.IntN(len(d.show.Gifts)))
		d.cue(seconds(d.rng.Float64()*(actSeconds-2)), gave{d.rng.IntN(len(d.cast)), gift, 1 + d.rng.IntN(3)})
	}
	for range 3 + d.rng.IntN(3) {
		d.cue(seconds(d.rng.Float64()*(actSeconds-2)), joined{d.rng.IntN(len(d.cast))})
	}
	for second := range actSeconds {
		if n := int(tempoAt(float64(second)) * (1 + 5*d.rng.Float64()*d.rng.Float64())); n > 0 {
			d.cue(seconds(float64(second)+0.2*float64(d.rng.IntN(5))), liked{n})
		}
	}
}

// say places s, unless the second is full.
func (d *director) say(at time.Duration, s said) {
	second := int(at / time.Second)
	if second >= actSeconds || d.loud[second] >= mostPerSecond {
		return
	}
	d.loud[second]++
	s.who = -1
	d.cue(at, &s)
}

// deal answers a line of a pool; none comes again before all have come.
func (d *director) deal(mood string) string {
	deck := d.decks[mood]
	if len(deck) == 0 {
		deck = shuffled(d.rng, d.show.Pools[mood])
	}
	d.decks[mood] = deck[1:]
	return deck[0]
}

// vary changes how a line ends, now and then.
func (d *director) vary(line string) string {
	tails := []string{"～", "！", "!!", " 👍", " 😂", "…", " ❤️", "🙏"}
	last := line[len(line)-1]
	if d.rng.IntN(5) > 0 || last == '?' || last == '.' || strings.HasSuffix(line, "吗") || !unicode.IsLetter(lastRune(line)) {
		return line
	}
	if !chinese(line) {
		tails = []string{"!", "!!", " 👍", " 😂", " ❤️"}
	}
	return line + tails[d.rng.IntN(len(tails))]
}

func tempoAt(second float64) float64 {
	for i := 1; i < len(tempo); i++ {
		if a, b := tempo[i-1], tempo[i]; second <= b.at {
			return a.perSecond + (b.perSecond-a.perSecond)*(second-a.at)/(b.at-a.at)
		}
	}
	return tempo[len(tempo)-1].perSecond
}

func shuffled(rng *rand.Rand, lines []string) []string {
	out := slices.Clone(lines)
	rng.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
