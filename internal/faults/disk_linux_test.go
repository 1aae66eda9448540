package faults

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// smallDisk mounts a file system of a few MB, with a world on it.
func smallDisk(t *testing.T) (w *world, dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := syscall.Mount("faults", dir, "tmpfs", 0, "size=24m"); err != nil {
		t.Skipf("no file system can be mounted here: %v (internal/db tests a full file everywhere)", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	e := &engine{world: made(t, filepath.Join(t.TempDir(), "template.db"))}
	w = e.copy(t)
	b, err := os.ReadFile(w.url)
	must(t, err)
	w.url = filepath.Join(dir, "world.db")
	must(t, os.WriteFile(w.url, b, 0o600))
	return w, dir
}

// fill takes all room on a disk, and returns how to give it back.
func fill(t *testing.T, dir string) (free func()) {
	t.Helper()
	name := filepath.Join(dir, "ballast")
	f, err := os.Create(name)
	must(t, err)
	defer f.Close()
	for err == nil {
		_, err = f.Write(make([]byte, 4096))
	}
	return func() { must(t, os.Remove(name)) }
}

func TestAFullDiskIsToldAndLeftBehindWithoutAStart(t *testing.T) {
	t.Parallel()
	w, dir := smallDisk(t)
	p := w.serve(t)
	probe := w.people[staff-1]
	for group := range 3 {
		from := early + group*10
		l := w.handingIn(t, w.people[from:from+10], one(p))
		free := fill(t, dir)
		eventually(t, "the disk is found full", func() bool { return !probe.answers(newBrowser(p.base), false) })
		if !strings.HasPrefix(probe.refused, "503") || !strings.Contains(probe.refused, "What you had saved is safe") {
			t.Errorf("on a full disk the page says %s", probe.refused)
		}
		if a, err := newBrowser(p.base).get(w.people[0].link); err != nil || a.status != 303 && a.status != 409 {
			t.Errorf("on a full disk what is there can be read: %d %v", a.status, err)
		}
		free()
		l.ends()
	}
	w.whole(t, p.base)
	if said := p.log.String(); !strings.Contains(said, "disk is full") {
		t.Errorf("the log does not tell of the disk:\n%s", said)
	}
	p.end()
}

func TestADatabaseThatMayOnlyBeReadIsRefusedAtTheStart(t *testing.T) {
	t.Parallel()
	w, dir := smallDisk(t)
	must(t, syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""))
	said := w.begin(t).served()
	if !strings.Contains(said, "read-only") || strings.Count(said, "\n") > 2 {
		t.Errorf("it says %q", said)
	}
	must(t, syscall.Mount("", dir, "", syscall.MS_REMOUNT, ""))
	if out, err := exec.Command(binary, "check", "--db", w.url, "--keys", w.keys).Output(); err == nil || !strings.Contains(string(out), "fault    disk of the database") {
		t.Errorf("on a disk of 24 MB check ends with %v and says\n%s", err, out)
	}
	p := w.serve(t)
	w.whole(t, p.base)
	p.end()
}

// TestAFileThatBecomesReadOnlyWhileItIsServedIsServedOn takes away the rights to write to the database's file and folder, as a careless
// hand does; for root there are no such rights, so then the program runs as nobody.
func TestAFileThatBecomesReadOnlyWhileItIsServedIsServedOn(t *testing.T) {
	t.Parallel()
	e := &engine{world: made(t, filepath.Join(t.TempDir(), "template.db"))}
	w := e.copy(t)
	var as []string
	if os.Getuid() == 0 {
		as = []string{"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"}
		givenTo(t, 65534, filepath.Dir(w.url), w.keys)
		must(t, os.Chmod(filepath.Dir(binary), 0o711))
	}
	p := w.begin(t, as...)
	p.ready()
	l := w.answering(t, one(p))
	l.passes(3)
	rights(t, filepath.Dir(w.url), 0o500, 0o400)
	l.passes(3)
	rights(t, filepath.Dir(w.url), 0o700, 0o600)
	l.ends()
	w.whole(t, p.base)
	p.end()
}

// givenTo makes folders, and what is in them, somebody's own, and lets them come there.
func givenTo(t *testing.T, user int, dirs ...string) {
	t.Helper()
	for _, dir := range dirs {
		must(t, filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
			if err != nil {
				return err
			}
			return os.Chown(path, user, user)
		}))
		must(t, os.Chmod(filepath.Dir(dir), 0o711))
	}
}

// rights sets the rights of a folder and of the files in it.
func rights(t *testing.T, dir string, folder, file os.FileMode) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	must(t, err)
	for _, name := range files {
		must(t, os.Chmod(name, file))
	}
	must(t, os.Chmod(dir, folder))
}

func TestASecondProgramOnOneFileIsRefusedAndTheFirstGoesOn(t *testing.T) {
	t.Parallel()
	e := &engine{world: made(t, filepath.Join(t.TempDir(), "template.db"))}
	w := e.copy(t)
	p := w.serve(t)
	if said := w.begin(t).served(); !strings.Contains(said, "another Taitorinki already serves this database file") {
		t.Errorf("the second says %q", said)
	}
	l := w.answering(t, one(p))
	l.ends()
	w.whole(t, p.base)
	p.end()
}

// TestAFileThatNobodyMayWriteWhileItIsServedIsToldAndLeftBehindWithoutAStart makes each write to the database's open files fail, as a
// file system does that has become read-only, and lets them succeed again.
func TestAFileThatNobodyMayWriteWhileItIsServedIsToldAndLeftBehindWithoutAStart(t *testing.T) {
	t.Parallel()
	e := &engine{world: made(t, filepath.Join(t.TempDir(), "template.db"))}
	w := e.copy(t)
	p := w.serve(t)
	probe := w.people[staff-1]
	for group := range 2 {
		from := early + group*10
		l := w.handingIn(t, w.people[from:from+10], one(p))
		l.passes(2)
		open := shut(t, w.url, w.url+"-wal")
		eventually(t, "saving fails", func() bool { return !probe.answers(newBrowser(p.base), false) })
		if !strings.HasPrefix(probe.refused, "503") || !strings.Contains(probe.refused, "What you had saved is safe") {
			t.Errorf("when nothing can be written the page says %s", probe.refused)
		}
		if a, err := newBrowser(p.base).get(w.people[0].link); err != nil || a.status != 303 && a.status != 409 {
			t.Errorf("when nothing can be written what is there can be read: %d %v", a.status, err)
		}
		open()
		l.ends()
	}
	w.whole(t, p.base)
	p.end()
}

// shut makes files immutable, also to who has them open, until open is called. Only root may, and not on every file system.
func shut(t *testing.T, files ...string) (open func()) {
	t.Helper()
	trial, err := os.Create(filepath.Join(t.TempDir(), "trial"))
	must(t, err)
	defer trial.Close()
	mark := func(how string, files ...string) error {
		return exec.Command("chattr", append([]string{how}, files...)...).Run()
	}
	marked := mark("+i", trial.Name())
	_, written := trial.Write([]byte("x"))
	if marked == nil {
		must(t, mark("-i", trial.Name()))
	}
	if marked != nil || written == nil {
		t.Skipf("files cannot be shut here: %v", marked)
	}
	t.Cleanup(func() { mark("-i", files...) })
	must(t, mark("+i", files...))
	return func() { must(t, mark("-i", files...)) }
}
