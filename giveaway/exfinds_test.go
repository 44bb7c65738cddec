package giveaway

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"testing"
)

// explored are planted bugs that exploring must find, and where it is to look. The
// simulation took 40,000 to 1.6 million steps for the first eight, and more than
// four million for the first once more kinds of deeds shared its steps: it is not
// asked for the first rareBugs of them any more.
const rareBugs = 4

var explored = []struct{ name, where string }{
	{"a plan under a hole is judged by when it was reported", "lottery/in force, late/3"},
	{"extensions under a hole are judged by a time that stands still", "lottery/its marker is out/3"},
	{"a missed opening is folded late", "lottery/opening time/5/owners"},
	{"caps forget an award that was lost later", "two lotteries/the second is due/3"},
	{"two events grant at once, and a cap sees neither", "two at once/round due/3"},
	{"a snapshot forgets the claims", "lottery/deadline/3"},
	{"what was open over a hole goes on", "lottery/open, two are in/3"},
	{"a list behind a hole is folded from what is left", "lottery/closing time/3"},
	{"caps keep an award that was lost", "two lotteries/the second is due/3"},
	{"caps count awards behind the list's", "two lotteries/the second is due/3"},
	{"an event is extended after its close marker", "lottery/closing time/3"},
	{"a second open marker opens again", "lottery/opening time/3"},
	{"a second close marker moves the close", "lottery/closing time/3"},
	{"a sealed event is made void", "lottery/sealed/3"},
	{"a seal takes a round that is out already", "lottery/closed/3"},
	{"a grant that comes again is given again", "lottery/granted/3"},
	{"one alternate gets two units", "first/deadline/3"},
	{"a packet is a fen too large", "packet/round due/3"},
}

var deedsOf = regexp.MustCompile(`found after (\d+) deeds`)

// TestExploreFinds builds the package with one bug each and explores it.
func TestExploreFinds(t *testing.T) {
	if os.Getenv("FUDAI_PLANTED") == "" && (os.Getenv("FUDAI_LONG") == "" || raced) {
		t.Skip("builds the package twenty times; FUDAI_PLANTED=1 runs it")
	}
	for _, x := range explored {
		i := slices.IndexFunc(planted, func(bug plantedBug) bool { return bug.name == x.name })
		if i < 0 {
			t.Fatalf("no bug %q is planted", x.name)
		}
		t.Run(x.name, func(t *testing.T) {
			cmd := exec.Command(plant(t, planted[i]), "-test.run", "^TestExplore$")
			cmd.Env = append(os.Environ(), "FUDAI_EXPLORE="+x.where)
			out, err := cmd.CombinedOutput()
			at := deedsOf.FindIndex(out)
			if err == nil || at == nil {
				t.Fatalf("%s: exploring did not find it: %v\n%.1000s", x.where, err, out)
			}
			t.Logf("%s: %.400s", x.where, out[at[0]:])
		})
	}
}
