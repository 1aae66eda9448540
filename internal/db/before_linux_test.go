package db

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestAnUpgradeWithoutRoomForItsCopyIsRefusedAndGoesOnWhenThereIsRoom(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("before", dir, "tmpfs", 0, "size=6m"); err != nil {
		t.Skipf("no file system can be mounted here: %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	file, ballast := filepath.Join(dir, "t.db"), filepath.Join(dir, "ballast")
	older(t, file, newest()-1)
	d, err := Open(file)
	must(t, err)
	defer d.Close()
	free, known := FreeSpace(dir)
	if !known {
		t.Fatal("how much is free is not known")
	}
	must(t, os.WriteFile(ballast, make([]byte, free-1<<20), 0o600)) // a MB is left: enough to go on, and not for a copy
	if err := d.Migrate(t.Context()); !errors.Is(err, ErrNoRoom) {
		t.Errorf("with a MB free: %v, want ErrNoRoom", err)
	}
	if has, _, err := d.Schema(t.Context()); err != nil || has != newest()-1 {
		t.Errorf("the schema is %d, %v; want %d as before", has, err, newest()-1)
	}
	if left, _ := filepath.Glob(file + ".before-*"); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	must(t, os.Remove(ballast))
	must(t, d.Migrate(t.Context()))
}
