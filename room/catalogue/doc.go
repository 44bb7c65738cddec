// Package catalogue reads what a shop says of its goods, and its approved
// answers, from the files that shops have: xlsx workbooks and CSV in UTF-8 (with
// or without a BOM), UTF-16 or GB18030, with Chinese or English headers. It says
// everything that is wrong, by row and column, and changes nothing: whoever
// imports looks first, and then writes the commands that Parts gives.
//
// It is not the place for what a fact means (room/questions checks it) or for
// the log (room/desk writes it).
//
// A file is somebody else's: its size, rows, sheets and unpacked size are
// bounded, formulas are taken as text, and nothing in it is executed.
package catalogue
