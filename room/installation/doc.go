// Package installation is what every command of one installation is told alike:
// where its log is, where it keeps its keys and data, and the configuration
// file. It is not a part: nothing runs here.
package installation
