package room

import "github.com/fudai-live/fudai/room/record"

// class is what a comment competes with for a place on the screen, the most
// important first. Names are those of the item "c" (broadcast/wire).
type class uint8

const (
	classSystem class = iota // never sampled
	classHost
	classModerator
	classAnswer
	classPurchase
	classQuestion
	classPaid
	classNormal
	classLow
	classes
)

var classNames = [classes]string{"system", "host", "moderator", "answer", "purchase", "question", "paid", "normal", "low"}

func (k class) String() string { return classNames[k] }

// shares are thousandths of a room's budget that a class gets before others may
// borrow them. What nobody uses goes down the list, so a flood in any class
// leaves the others their share: 1 of 6 for staff, questions, purchases and
// paid each, 2 of 6 for everybody else.
var shares = [classes]int64{classHost: 110, classModerator: 56, classPurchase: 166, classQuestion: 167, classPaid: 167, classNormal: 317, classLow: 17}

// drawn reports whether the class is selected by weighted draw, one comment a
// user a flush; the others are served oldest first.
func (k class) drawn() bool { return k >= classQuestion }

// carried reports whether what found no place waits for the next flush.
func (k class) carried() bool { return k < classNormal }

// classOf is the class of a comment that was not looked into.
func classOf(c *record.Comment) class {
	switch c.Role {
	case record.Service:
		return classSystem
	case record.Host:
		return classHost
	case record.Moderator, record.Assistant:
		return classModerator
	}
	return classNormal
}

// class is the class of a comment, whose text p.reading is of.
func (p *Partition) class(r *room, c *record.Comment, user uint64) class {
	if k := classOf(c); k != classNormal {
		return k
	}
	if p.reading.Question {
		return classQuestion
	}
	if c.Facts.Known&record.FactFan != 0 && c.Facts.FanLevel >= p.set.PaidLevel {
		return classPaid
	}
	if prof, ok := r.profiles.get(user); ok && prof.bought > 0 {
		return classPaid
	}
	return classNormal
}
