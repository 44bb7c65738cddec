package answer

import (
	"bytes"
	"context"
	"encoding/json"
	"hash/maphash"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/fudai-live/fudai/moderation"
	"github.com/fudai-live/fudai/room/record"
)

const (
	callsRoom = 2 // at once
	callsAll  = 4
	mostTries = 3
	mostRooms = 1024
	roomIdle  = 6 * time.Hour
	mostAsked = 3 // wordings that are sent
)

// Drafter makes drafts for the desks that look at rooms.
type Drafter struct {
	cfg   Config
	model *model
	seed  maphash.Seed
	m     *metrics
	log   *slog.Logger
	wg    sync.WaitGroup

	mu    sync.Mutex
	ctx   context.Context // of Run; nil: no call may begin
	rooms map[string]*room
}

// room is what is known and spent of one room.
type room struct {
	used    budget // in the show
	running int
	touched time.Time
	shop    *record.CatalogueData
	asked   time.Time // when the shop was asked for last
	asking  bool
	drafts  map[string]*entry
}

// New checks cfg and makes a Drafter; nothing is asked before Run.
func New(cfg Config) (*Drafter, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	if cfg.Rules == nil {
		cfg.Rules = moderation.Default()
	}
	m := newMetrics(cfg.Metrics, "answer", "drafts", ready,
		errAbstained.Error(), errNoFact.Error(), errUnknown.Error(), errNumber.Error(), errMoney.Error(), errWording.Error(), errRules.Error(), errForm.Error())
	d := &Drafter{cfg: cfg, seed: maphash.MakeSeed(), m: m, log: cfg.Logger, rooms: map[string]*room{},
		model: newModel("drafts", cfg.Endpoint, callsAll, cfg.Rest, m, cfg.Logger)}
	return d, nil
}

// Run lets calls begin until ctx is done, and waits for those under way.
func (d *Drafter) Run(ctx context.Context) error {
	return run(ctx, &d.mu, &d.ctx, &d.wg)
}

// View is a desk's view of a room with its drafts, as the member "drafts": by
// cluster. Where there are none it is the view as it was.
func (d *Drafter) View(name string, view []byte) []byte {
	drafts := d.Drafts(name, view)
	end := bytes.LastIndexByte(view, '}')
	if drafts == nil || end < 0 {
		return view
	}
	value, err := json.Marshal(drafts)
	if err != nil {
		return view
	}
	return slices.Concat(view[:end], []byte(`,"drafts":`), value, view[end:])
}

// Drafts answers the drafts of a room by cluster, for the view that a desk is
// about to get, and begins what is missing. It never waits for the endpoint; it
// answers nil where there is nothing to say.
func (d *Drafter) Drafts(name string, view []byte) map[string]Draft {
	var v struct {
		Questions struct {
			Show     string
			Since    int64
			Clusters []cluster
		}
	}
	if json.Unmarshal(view, &v) != nil {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	r := d.room(name, v.Questions.Show+"/"+time.UnixMilli(v.Questions.Since).UTC().Format(time.RFC3339Nano), now)
	if r == nil {
		return nil
	}
	wanted := map[string]bool{}
	out := map[string]Draft{}
	for i := range v.Questions.Clusters {
		c := &v.Questions.Clusters[i]
		if !d.wants(c) {
			continue
		}
		wanted[c.Cluster] = true
		d.learn(name, r, now)
		if r.shop == nil {
			continue
		}
		out[c.Cluster] = d.draft(name, r, c, now)
	}
	for id, e := range r.drafts {
		if !wanted[id] && !e.running {
			delete(r.drafts, id)
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// room finds or makes a room; a show that begins has a budget of its own.
func (d *Drafter) room(name, show string, now time.Time) *room {
	r := d.rooms[name]
	if r == nil {
		if len(d.rooms) >= mostRooms {
			for id, old := range d.rooms {
				if now.Sub(old.touched) > roomIdle && old.running == 0 && !old.asking {
					delete(d.rooms, id)
				}
			}
		}
		if len(d.rooms) >= mostRooms {
			return nil
		}
		r = &room{drafts: map[string]*entry{}}
		d.rooms[name] = r
	}
	r.used.begin(show)
	r.touched = now
	return r
}

// learn asks for what the shop says, if that is long ago.
func (d *Drafter) learn(name string, r *room, now time.Time) {
	if d.ctx == nil || r.asking || now.Sub(r.asked) < d.cfg.Fresh {
		return
	}
	r.asking, r.asked = true, now
	ctx := d.ctx
	d.wg.Go(func() {
		ctx, cancel := context.WithTimeout(ctx, d.cfg.Within)
		defer cancel()
		shop, err := d.cfg.Catalogue(ctx, name)
		d.mu.Lock()
		defer d.mu.Unlock()
		if r.asking = false; err != nil {
			d.log.Debug("the catalogue of a room did not answer", "room", name, "err", err)
			return
		}
		r.shop = shop
	})
}
