package web

// Flags is what an operator may tell about the pages.
type Flags struct {
	StreamOrigins []string `help:"Origins the pages may load pictures' streams from, https://host; without it only this one's." placeholder:"ORIGIN"`
	FrameOrigins  []string `help:"Pages of other hosts that may show the viewer page in a frame." placeholder:"ORIGIN"`
}

// Config is what the flags say.
func (f *Flags) Config() Config { return Config{Connect: f.StreamOrigins, Frames: f.FrameOrigins} }

// Problems are everything that is wrong with the flags.
func (f *Flags) Problems() error { return f.Config().Validate() }
