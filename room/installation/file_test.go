package installation

import (
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// parse reads args with a configuration file of the given YAML.
func parse(t *testing.T, yaml string, args ...string) (*struct {
	Serve struct{ Cluster } `cmd:"" default:"withargs"`
}, error) {
	t.Helper()
	var cli struct {
		Serve struct{ Cluster } `cmd:"" default:"withargs"`
	}
	known, err := File(strings.NewReader(yaml))
	if err != nil {
		return nil, err
	}
	parser, err := kong.New(&cli, kong.Resolvers(known))
	if err != nil {
		t.Fatal(err)
	}
	_, err = parser.Parse(args)
	return &cli, err
}

func TestFile(t *testing.T) {
	cli, err := parse(t, "serve:\n  replication: 1\n  kafka: [a:1, b:2]\n")
	if err != nil || cli.Serve.Replication != 1 || len(cli.Serve.Kafka) != 2 {
		t.Fatalf("%+v, %v", cli, err)
	}
	if cli, err = parse(t, "serve:\n  replication: 1\n", "--replication=2"); err != nil || cli.Serve.Replication != 2 {
		t.Fatalf("the command line comes before the file: %+v, %v", cli, err)
	}
	_, err = parse(t, "serve:\n  replicas: 1\n  kafak: [a:1]\nsevre: {}\n")
	for _, name := range []string{"serve.replicas", "serve.kafak", "sevre"} {
		if err == nil || !strings.Contains(err.Error(), "no setting "+name) {
			t.Errorf("misspelt %s: %v", name, err)
		}
	}
	if _, err = parse(t, "serve: ["); err == nil {
		t.Error("a file that is no YAML is accepted")
	}
}

func TestProblemsComeTogether(t *testing.T) {
	err := (&Cluster{Kafka: []string{"here"}, KafkaLedger: []string{":"}}).Problems()
	for _, part := range []string{`"here"`, `":"`, "replication is 0"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%s is not told in %v", part, err)
		}
	}
	if err := (&Cluster{Kafka: []string{"a:9092"}, Replication: 3}).Problems(); err != nil {
		t.Error(err)
	}
}

func TestStorage(t *testing.T) {
	s := Storage{Data: t.TempDir() + "/new"}
	unlock, err := s.Lock()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Lock(); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("locked twice: %v", err)
	}
	a, err := s.Keys()
	if err != nil {
		t.Fatal(err)
	}
	b, err := s.Keys()
	if err != nil || a.Token != b.Token {
		t.Errorf("the second start has other keys than the first: %v", err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	if _, err := (&Storage{Data: s.Data, Secret: s.Data + "/none"}).Keys(); err == nil {
		t.Error("a secret file that is not there is made up")
	}
}
