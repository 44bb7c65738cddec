//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/alecthomas/kong"
)

// options are what all measurements have.
type options struct {
	Bin    string        `help:"The program under test; built from this checkout if not given." type:"path" placeholder:"FILE"`
	Dir    string        `help:"Folder for data and logs, emptied at the end." type:"path" placeholder:"DIR"`
	Edges  int           `help:"Edge processes; 0: as many as the viewers need." default:"0"`
	For    time.Duration `help:"Length of one window." default:"8s"`
	Rounds int           `help:"Windows of each variant; medians count." default:"3"`
	Calm   float64       `help:"Wait, up to 20 seconds, for a window in which other programs keep at most so many cores busy; 0: do not wait." default:"0"`
	Apart  bool          `help:"The edge in a process of its own (--roles edge), the other roles in another."`
	Serve  []string      `help:"Further flags of serve, as --serve=--flag=value." sep:"none" placeholder:"FLAG"`
}

type commands struct {
	options
	Writes   writes   `cmd:"" help:"CPU per write of one frame to one viewer, against the floor and a plain Hertz server."`
	Comments comments `cmd:"" help:"CPU per million comments delivered, by the rate of comments."`
	Hold     hold     `cmd:"" help:"Memory per idle viewer, in the process and in the kernel; handshakes a second."`
	Latency  latency  `cmd:"" help:"From the log to every viewer: quantiles, and the last one."`
	Stall    stall    `cmd:"" help:"What viewers who do not read cost those who do."`
	Drop     drop     `cmd:"" help:"All viewers lose their connections at once: when they are back, and who was refused."`
	Rolling  rolling  `cmd:"" help:"Two edges are started anew one after the other, under load: results lost, who was refused, when viewers are back."`
	Viewers  viewers  `cmd:"" hidden:"" help:"A process of viewers; the others start it."`
}

type viewers struct{}

func (viewers) Run() error { return serveOrders() }

func main() {
	var c commands
	k := kong.Parse(&c, kong.Name("fanout"), kong.Description("What the edge costs, beside what the kernel charges."), kong.UsageOnError())
	if k.Command() == "viewers" {
		k.FatalIfErrorf(c.Viewers.Run())
		return
	}
	k.FatalIfErrorf(c.prepare())
	fmt.Println(machine())
	err := k.Run(&c.options)
	os.RemoveAll(c.Dir)
	k.FatalIfErrorf(err)
}

// prepare makes the folder and, if need be, the program under test.
func (o *options) prepare() (err error) {
	if o.Dir, err = os.MkdirTemp(o.Dir, "fanout-"); err != nil {
		return err
	}
	if o.Bin != "" {
		return nil
	}
	o.Bin = filepath.Join(o.Dir, "fudai")
	if out, err := exec.Command("go", "build", "-o", o.Bin, ".").CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w (run this in the project's folder)\n%s", err, out)
	}
	return nil
}

// perEdge is how many viewers one edge process is given at most, under an
// open-file limit of 20,000.
const perEdge = 18_500

// stage sets the scene for n viewers in one room.
func (o *options) stage(n int) (*stage, error) {
	edges := o.Edges
	if edges == 0 {
		edges = (n + perEdge - 1) / perEdge
	}
	calmest = o.Calm
	return newStage(o.Bin, o.Dir, edges, o.Apart, o.Serve...)
}

// audience is a stage with n viewers in the room and its budget raised, so that
// every comment is shown.
func (o *options) audience(n, budget, small int) (*stage, joined, error) {
	s, err := o.stage(n)
	if err != nil {
		return nil, joined{}, err
	}
	if err = s.settings(map[string]any{"budget": budget}); err != nil {
		s.end()
		return nil, joined{}, err
	}
	var j joined
	s.crowds, j, err = s.bring(s.port, n, "/v1/rooms/"+s.room+"/ws", 256, small)
	if err == nil && j.Open != n {
		err = fmt.Errorf("%d of %d viewers came in: %v", j.Open, n, j.Failed)
	}
	if err != nil {
		s.end()
		return nil, j, err
	}
	return s, j, nil
}
