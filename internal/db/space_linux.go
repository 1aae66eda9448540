package db

import "syscall"

// FreeSpace is how many bytes a program without special rights may still write in a folder; known is false where that cannot be told.
func FreeSpace(dir string) (bytes uint64, known bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, false
	}
	return s.Bavail * uint64(s.Bsize), true
}
