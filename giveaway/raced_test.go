//go:build race

package giveaway

const raced = true
