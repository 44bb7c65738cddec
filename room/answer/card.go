package answer

import (
	"context"
	"encoding/json"

	"github.com/fudai-live/fudai/room/record"
)

// cardsAtOnce bounds the giveaways whose words are under way; of one beyond it
// the original stands.
const cardsAtOnce = 16

// Run lets the words of giveaways be translated until ctx is done, and waits for
// those under way.
func (t *Translator) Run(ctx context.Context) error {
	return run(ctx, &t.mu, &t.ctx, &t.wg)
}

// Plan translates what the card of an announced giveaway says, beside whoever
// announced it, and writes that to the log. It does not wait.
func (t *Translator) Plan(room string, plan []byte) {
	var p struct {
		Event  string
		Title  string
		Prizes []struct{ ID, Title string }
	}
	if json.Unmarshal(plan, &p) != nil || p.Event == "" {
		return // an extension, or nothing a room would take
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ctx == nil || t.cards >= cardsAtOnce {
		t.m.calls.WithLabelValues(full).Inc()
		return
	}
	t.cards++
	ctx := t.ctx
	t.wg.Go(func() {
		words := &record.WordsData{Event: p.Event, Title: t.Text(ctx, room, p.Title)}
		for _, z := range p.Prizes[:min(len(p.Prizes), record.MaxWords)] {
			if tr := t.Text(ctx, room, z.Title); tr != nil {
				if words.Prizes == nil {
					words.Prizes = map[string]record.Translations{}
				}
				words.Prizes[z.ID] = tr
			}
		}
		var err error
		if words.Title != nil || words.Prizes != nil {
			err = t.cfg.Write(ctx, room, words)
		}
		if err != nil {
			t.log.Warn("the words of a giveaway were not written", "room", room, "giveaway", p.Event, "err", err)
		}
		t.mu.Lock()
		defer t.mu.Unlock()
		t.cards--
	})
}
