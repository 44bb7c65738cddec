//go:build unix && !solaris && !netbsd && !openbsd

package broker

import "golang.org/x/sys/unix"

// freeBytes is what an ordinary user may still write where dir is.
func freeBytes(dir string) (int64, bool) {
	var s unix.Statfs_t
	if unix.Statfs(dir, &s) != nil {
		return 0, false
	}
	return int64(s.Bavail) * int64(s.Bsize), true
}
