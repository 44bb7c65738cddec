package questions

// View is what the desk shows. Its names are an API: they stay.
type View struct {
	Show        string      `json:"show,omitempty"`
	Since       int64       `json:"since,omitempty"` // room time at which the show began
	Totals      Totals      `json:"totals"`
	Waiting     int         `json:"waiting"` // clusters the host owes an answer
	FirstAnswer FirstAnswer `json:"first_answer"`
	Clusters    []Cluster   `json:"clusters"` // as the desk lists them, at most MaxShown
	Items       int         `json:"items"`    // of the catalogue
	FAQ         int         `json:"faq"`      // approved answers
	Scripts     int         `json:"scripts"`  // of the library
	Prompt      *Prompt     `json:"prompt,omitempty"`
}

// MaxShown bounds the clusters of a View.
const MaxShown = 60

// Cluster is one question in a View.
type Cluster struct {
	Cluster string  `json:"cluster"` // names it in commands: "q17"
	State   string  `json:"state"`   // open, onscreen, answered, dismissed, unanswered
	Title   string  `json:"title"`   // the wording used most
	Intent  string  `json:"intent"`  // see Intents
	Item    string  `json:"item,omitempty"`
	Link    int     `json:"link,omitempty"`  // of the item in this show, or as named
	Value   string  `json:"value,omitempty"` // the size or colour that is asked for
	Count   int64   `json:"count"`           // questions, of this round
	Askers  int     `json:"askers"`          // distinct people, of this round
	More    bool    `json:"more,omitempty"`  // there are more askers than that
	Buyers  int64   `json:"buyers,omitempty"`
	First   int64   `json:"first"`   // room time of the first question; 0 for a moment
	Last    int64   `json:"last"`    // of the newest
	Offset  int64   `json:"offset"`  // of the first comment
	Samples []int64 `json:"samples"` // offsets of the newest comments
	Rank    int64   `json:"rank"`
	Round   int     `json:"round,omitempty"` // times it was answered before
	// Wordings are the ways in which it was asked, where there are several; one
	// that asks something else is taken out by its offset.
	Wordings []Wording `json:"wordings,omitempty"`
	// Joined are the clusters that staff joined to it; each can be parted again.
	Joined  []Joined    `json:"joined,omitempty"`
	Answer  *Answer     `json:"answer,omitempty"`
	Suggest *Suggestion `json:"suggest,omitempty"`
}

// Prompt is what stands before the host: a script of the library, or a line of
// whoever helps.
type Prompt struct {
	Script string `json:"script,omitempty"`
	Title  string `json:"title,omitempty"`
	Text   string `json:"text"`
	By     string `json:"by,omitempty"`
}

// Wording is one way in which a question was asked.
type Wording struct {
	Text   string `json:"text"`
	Count  int64  `json:"count"` // of all rounds
	Offset int64  `json:"offset"`
}

// Joined is a cluster that stands in another.
type Joined struct {
	Cluster string `json:"cluster"`
	Title   string `json:"title"`
	Count   int64  `json:"count"`
}

// Answer is how a cluster was answered last.
type Answer struct {
	Text   string `json:"text,omitempty"`
	Spoken bool   `json:"spoken,omitempty"`
	At     int64  `json:"at"`      // room time
	ShowMS int64  `json:"show_ms"` // since the show began: where to find it in a recording
	By     string `json:"by,omitempty"`
	WaitMS int64  `json:"wait_ms"` // from the first question to it
	Told   int    `json:"told"`    // askers who were told
}

// View answers what the desk shows; onAir is the item on air, now room time.
func (b *Book) View(onAir string, now int64) View {
	v := View{Show: b.show, Since: b.since, Totals: b.total, FirstAnswer: b.waits.view(), Clusters: []Cluster{},
		Items: len(b.shop.items), FAQ: len(b.shop.faq), Scripts: len(b.shop.scripts)}
	if b.prompt != nil {
		p := *b.prompt
		v.Prompt = &p
	}
	for _, c := range b.inOrder(onAir, now) {
		if c.state.waits() {
			v.Waiting++
			if waits := b.waiting(c.cluster); waits > 0 {
				v.FirstAnswer.LongestMS = max(v.FirstAnswer.LongestMS, now-waits)
			}
		}
		if len(v.Clusters) < MaxShown {
			v.Clusters = append(v.Clusters, b.viewOf(c.cluster, c.rank, onAir))
		}
	}
	return v
}

func (b *Book) viewOf(c *cluster, rank int64, onAir string) Cluster {
	s := b.sum(c)
	v := Cluster{
		Cluster: c.name(), State: c.state.String(), Title: c.title(), Intent: c.key.Intent.String(),
		Item: c.key.Item, Link: c.key.Link, Value: c.key.Value,
		Count: s.count, Askers: s.askers, More: s.more, Buyers: s.buyers,
		First: s.first, Last: s.last, Offset: s.offset, Samples: s.samples,
		Rank: rank, Round: c.rounds,
	}
	b.parts(c, func(x *cluster) {
		for i := range x.wordings {
			v.Wordings = append(v.Wordings, Wording{x.wordings[i].Text, x.wordings[i].Count, x.wordings[i].Offset})
		}
		if x != c {
			v.Joined = append(v.Joined, Joined{x.name(), x.title(), x.count})
		}
	})
	if len(v.Wordings) == 1 {
		v.Wordings = nil // it is the title
	}
	if it := b.shop.item(c.key.Item); it != nil && it.Link != nil {
		v.Link = *it.Link
	}
	if r := c.reply; r != nil {
		v.Answer = &Answer{r.Text, r.Spoken, r.At, r.ShowMS, r.By, r.Wait, r.Told}
	}
	if c.state.waits() || c.state == Unanswered {
		v.Suggest = b.suggest(c, onAir)
	}
	return v
}
