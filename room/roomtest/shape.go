package roomtest

import (
	_ "embed"
	"encoding/json"
)

// Shape are the figures of a recorded chat: how many speak how often, how long,
// how much they repeat. There is no text and no name in it. Command fit makes
// one from a recording.
type Shape struct {
	Source  string `json:"source"`
	Licence string `json:"licence"`

	Messages int     `json:"messages"`
	Seconds  float64 `json:"seconds"`
	Users    int     `json:"users"`
	Texts    int     `json:"texts"` // distinct, lower case

	// PerSecond are the twentieths of the messages in a second, in means; Lag1
	// is the correlation of a second with the one before.
	PerSecond []float64 `json:"per_second"`
	Lag1      float64   `json:"lag1"`

	// Talkers are [messages, users]: so many users said so much.
	Talkers [][2]int `json:"talkers"`

	// Repeats is the share of messages whose text was said in the last so many
	// seconds.
	Repeats map[string]float64 `json:"repeats"`
	// Again is the share whose text was among the last AgainIn messages: ten
	// seconds' worth, but independent of the rate.
	Again   float64 `json:"again"`
	AgainIn int     `json:"again_in"`
	// Hot are the shares of the commonest texts, the first first.
	Hot []float64 `json:"hot"`

	Runes     []float64 `json:"runes"`     // twentieths of the length in characters
	Questions float64   `json:"questions"` // share with a question mark
	Han       float64   `json:"han"`       // share with a Chinese character
	Bare      float64   `json:"bare"`      // share without a letter or digit
}

//go:embed shape.json
var recorded []byte

// Recorded is the shape of the recording that ships with the tests.
func Recorded() *Shape {
	s := new(Shape)
	if err := json.Unmarshal(recorded, s); err != nil {
		panic(err)
	}
	return s
}
