package db

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestAnUpgradeWithoutRoomForItsCopyIsRefusedAndGoesOnWhenThereIsRoom(t *testing.T) {
	made := filepath.Join(t.TempDir(), "t.db")
	older(t, made, newest()-1)
	b, err := os.ReadFile(made)
	must(t, err)
	dir := t.TempDir()
	if err := syscall.Mount("small", dir, "tmpfs", 0, fmt.Sprintf("size=%d", len(b)*5/2)); err != nil {
		t.Skipf("no file system can be mounted here: %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	file := filepath.Join(dir, "t.db")
	must(t, os.WriteFile(file, b, 0o600))
	d, err := Open(file)
	must(t, err)
	defer d.Close()
	if err := d.Migrate(t.Context()); !errors.Is(err, ErrNoRoom) {
		t.Errorf("with room for one and a half more: got %v, want ErrNoRoom", err)
	}
	has, _, err := d.Schema(t.Context())
	must(t, err)
	if copies, _ := filepath.Glob(file + ".before-*"); has != newest()-1 || len(copies) > 0 {
		t.Errorf("schema %d, want %d as before; copies: %v", has, newest()-1, copies)
	}
	must(t, syscall.Mount("small", dir, "tmpfs", syscall.MS_REMOUNT, "size=64m"))
	must(t, d.Migrate(t.Context()))
	if name := file + fmt.Sprintf(".before-%05d", newest()); !exists(name) {
		t.Errorf("%s is not there", name)
	}
}
