package main

// The OpenCC module is read for its dictionary files, not called.
import _ "github.com/longbridgeapp/opencc"
