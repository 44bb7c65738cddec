package room

import (
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/moderation"
	"github.com/fudai-live/fudai/room/record"
)

// Config is what a partition is told for good. Keys, Rules and Settings change
// verdicts, so they must be the same on every owner of an installation; rules
// that change while it runs come by control records.
type Config struct {
	Partition int32
	Keys      *record.Keys
	Rules     *moderation.RuleSet // before any control record; nil: moderation.Default()
	Settings  Settings
	// AutoCreate lets the first valid record of a room make it; otherwise only
	// a control record does.
	AutoCreate bool
	Chains     []drawproof.Chain    // beacons that giveaways accept
	PublicLog  *drawproof.PublicLog // the transparency log that plans stand in
	// Review fills Out.Review. It changes no verdict: those of a reviewer come
	// back as commands.
	Review bool
	// Compile makes a rule set of its text; nil is moderation.Parse. It must be a
	// function of the text alone; a shell that compiles beside the fold has the
	// answer ready here.
	Compile func(yaml string) (*moderation.RuleSet, error)
}

// Settings are the defaults of rooms. A zero field is as DefaultSettings has it.
type Settings struct {
	EmissionMS int64 // one comment of a user each so many ms; < 0: no limit
	Burst      int64 // so many at once after silence
	Budget     int   // comments shown a second
	StaleMS    int64 // older comments go to history, not to the display
	CarryMS    int64 // how long a question, a paid comment or one of staff waits for a slot; with newer questions waiting, a question one tick

	HoldMS   int64 // a held comment expires after so long
	HoldMost int   // held comments of a room; beyond it a comment to be held expires at once
	UniqueMS int64 // unique mode: no text twice in so long

	CollapseMS     int64 // equal texts so near each other become one line
	CollapseLifeMS int64 // a line ends after so long
	CollapseMin    int   // so many equal texts make a line

	ExactMS   int64 // message ids are remembered exactly so long, while ExactMost lasts
	ExactMost int   // a power of two
	AgedMS    int64 // one generation of the bloom filters; three are kept

	IdleMS    int64 // a room without control state is forgotten after so long
	MaxRooms  int   // rooms of a partition
	MaxUsers  int   // users of a room with a running limit, before the longest silent are forgotten
	MaxQueue  int   // candidates of a room waiting for a Flush
	PaidLevel int64 // fan level from which a comment is of class paid
}

// DefaultSettings: 20 comments in 30 s a user, as large chats have it; 30 shown
// a second a room, more than anybody reads.
func DefaultSettings() Settings {
	return Settings{
		EmissionMS: 1500, Burst: 5, Budget: 30, StaleMS: 10_000, CarryMS: 2_000,
		HoldMS: 60_000, HoldMost: 200, UniqueMS: 30_000,
		CollapseMS: 5_000, CollapseLifeMS: 30_000, CollapseMin: 3,
		ExactMS: 130_000, ExactMost: 1 << 20, AgedMS: 300_000,
		IdleMS: 2 * 3600_000, MaxRooms: 4096, MaxUsers: 1 << 18, MaxQueue: 4096, PaidLevel: 20,
	}
}

func (s Settings) withDefaults() Settings {
	d := DefaultSettings()
	for _, f := range []struct{ have, want *int64 }{
		{&s.EmissionMS, &d.EmissionMS}, {&s.Burst, &d.Burst}, {&s.StaleMS, &d.StaleMS}, {&s.CarryMS, &d.CarryMS},
		{&s.HoldMS, &d.HoldMS}, {&s.UniqueMS, &d.UniqueMS}, {&s.CollapseMS, &d.CollapseMS},
		{&s.CollapseLifeMS, &d.CollapseLifeMS}, {&s.ExactMS, &d.ExactMS}, {&s.AgedMS, &d.AgedMS},
		{&s.IdleMS, &d.IdleMS}, {&s.PaidLevel, &d.PaidLevel},
	} {
		if *f.have == 0 {
			*f.have = *f.want
		}
	}
	for _, f := range []struct{ have, want *int }{
		{&s.Budget, &d.Budget}, {&s.HoldMost, &d.HoldMost}, {&s.CollapseMin, &d.CollapseMin},
		{&s.ExactMost, &d.ExactMost}, {&s.MaxRooms, &d.MaxRooms}, {&s.MaxUsers, &d.MaxUsers}, {&s.MaxQueue, &d.MaxQueue},
	} {
		if *f.have == 0 {
			*f.have = *f.want
		}
	}
	return s
}
