package installation

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/alecthomas/kong"
	"github.com/goccy/go-yaml"
)

// File reads the configuration file: YAML, looked up by the names of commands
// and flags.
func File(r io.Reader) (kong.Resolver, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	var f file
	if err := yaml.Unmarshal(b, &f); err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	return f, nil
}

// file is a configuration file whose every name must be that of a flag: a
// misspelt setting must not be a default.
type file map[string]any

// Resolve looks the flag up below the name of its command. Kong's own resolvers
// look at the top only and know no hyphens.
func (f file) Resolve(_ *kong.Context, parent *kong.Path, flag *kong.Flag) (any, error) {
	values := map[string]any(f)
	for _, name := range commandsOf(parent.Node()) {
		values, _ = values[name].(map[string]any)
	}
	return values[flag.Name], nil
}

// commandsOf are the names from the program down to n, without the program's.
func commandsOf(n *kong.Node) []string {
	if n == nil || n.Parent == nil {
		return nil
	}
	return append(commandsOf(n.Parent), n.Name)
}

// Validate reports all names that are none.
func (f file) Validate(app *kong.Application) error {
	var errs []error
	var walk func(path string, node *kong.Node, values map[string]any)
	walk = func(path string, node *kong.Node, values map[string]any) {
		for name, value := range values {
			is := func(n *kong.Flag) bool { return n.Name == name }
			below := slices.IndexFunc(node.Children, func(n *kong.Node) bool { return n.Name == name })
			nested, isMap := value.(map[string]any)
			switch {
			case below >= 0 && isMap:
				walk(path+name+".", node.Children[below], nested)
			case below < 0 && slices.ContainsFunc(node.Flags, is):
			default:
				errs = append(errs, fmt.Errorf("configuration: no setting %s%s", path, name))
			}
		}
	}
	walk("", app.Node, f)
	return errors.Join(errs...)
}
