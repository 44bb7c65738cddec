// Fudai is the interactive layer of a live-commerce stream on Kafka: comments,
// product questions and verifiable giveaways for rooms of hundreds of thousands
// of viewers. This file is the list of its commands; what each does stands
// in its part.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/fudai-live/fudai/giveaway/archive"
	"github.com/fudai-live/fudai/giveaway/publiclog/witness"
	"github.com/fudai-live/fudai/room/history"
	"github.com/fudai-live/fudai/room/installation"
	"github.com/fudai-live/fudai/room/installation/node"
	"github.com/fudai-live/fudai/room/kafkalog/broker"
	"github.com/fudai-live/fudai/room/replay"
	"github.com/fudai-live/fudai/room/staff"
)

// version is set by the linker in a release.
var version = "dev"

// commands is the command line. Every flag can also be given as FUDAI_… in the
// environment, or in the YAML file of --config (deploy/fudai.sample.yaml).
type commands struct {
	Config   kong.ConfigFlag `help:"YAML file with the names of the flags."`
	LogLevel slog.Level      `help:"Least level to log: debug, info, warn, error." default:"info"`
	LogJSON  bool            `help:"Log JSON lines."`

	Serve   node.Serve          `cmd:"" default:"withargs" help:"Run the parts named by --roles; with nothing given, a whole demo on this machine."`
	Broker  broker.Command      `cmd:"" help:"Run the development broker alone. Not for production."`
	Topics  installation.Topics `cmd:"" help:"Create the topics of a cluster, or check that they are as they must be."`
	Token   installation.Token  `cmd:"" help:"Issue a token of this installation."`
	Staff   staff.Command       `cmd:"" help:"Make a link that lets one of the staff in, once."`
	Replay  replay.Command      `cmd:"" help:"Play a recording of comments into a room."`
	History history.Command     `cmd:"" help:"The record of what was said: check it, export it."`
	Verify  archive.Verify      `cmd:"" help:"Check a finished giveaway offline."`
	Witness witness.Command     `cmd:"" help:"Watch the transparency logs of installations, and cosign what they show."`
	V       versionFlag         `name:"version" help:"Print the version."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var cli commands
	parsed := kong.Parse(&cli, kong.Name("fudai"), kong.DefaultEnvars("FUDAI"), kong.Configuration(installation.File),
		kong.Description("福袋: live comments, product questions and verifiable giveaways, on Kafka."),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(node.Version(version)), kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	slog.SetDefault(slog.New(handler(os.Stderr, cli.LogLevel, cli.LogJSON)))
	if err := parsed.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "fudai: "+strings.ReplaceAll(err.Error(), "\n", "\nfudai: "))
		os.Exit(1)
	}
}

func handler(w io.Writer, level slog.Level, json bool) slog.Handler {
	if json {
		return slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level})
	}
	return slog.NewTextHandler(w, &slog.HandlerOptions{Level: level})
}

type versionFlag bool

// BeforeReset prints the version before anything else is looked at.
func (versionFlag) BeforeReset(app *kong.Kong) error {
	fmt.Fprintln(app.Stdout, "fudai", version)
	app.Exit(0)
	return nil
}
