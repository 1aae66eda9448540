package keyfile

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func safe(t *testing.T, text string) *Safe {
	t.Helper()
	s, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestOnlyTheRightMasterKeyAndNameOpenAFile(t *testing.T) {
	first, second := New(), New()
	s := safe(t, first)
	data := s.Seal("round-a.key", []byte("secret"))
	if bytes.Contains(data, []byte("secret")) {
		t.Fatal("the content can be read")
	}
	if got, err := s.Open("round-a.key", data); err != nil || string(got) != "secret" {
		t.Errorf("got %q, %v", got, err)
	}
	if got, err := safe(t, second+"\n"+first).Open("round-a.key", data); err != nil || string(got) != "secret" {
		t.Errorf("as an older key: %q, %v", got, err)
	}
	for name, open := range map[string]func() ([]byte, error){
		"another master key": func() ([]byte, error) { return safe(t, second).Open("round-a.key", data) },
		"none":               func() ([]byte, error) { return (*Safe)(nil).Open("round-a.key", data) },
	} {
		if _, err := open(); !errors.Is(err, ErrMaster) {
			t.Errorf("%s: %v, want ErrMaster", name, err)
		}
	}
	if _, err := s.Open("round-b.key", data); !errors.Is(err, ErrDamaged) {
		t.Errorf("under another name: %v", err)
	}
	for i := range data {
		changed := bytes.Clone(data)
		changed[i] ^= 1
		if got, err := s.Open("round-a.key", changed); err == nil && !bytes.Equal(got, changed) {
			t.Fatalf("byte %d changed and it opens", i)
		}
	}
	if got, err := s.Open("x", []byte("plain")); err != nil || string(got) != "plain" {
		t.Errorf("a file that is not encrypted: %q, %v", got, err)
	}
}

func TestWhatIsNoMasterKeyIsRefused(t *testing.T) {
	for _, text := range []string{"x", "AAAA", New()[1:], New() + "\nAAAA"} {
		if _, err := Parse(text); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
	if s, err := Parse(" \n"); s != nil || err != nil {
		t.Errorf("nothing: %v, %v", s, err)
	}
}

func FuzzOpen(f *testing.F) {
	s, err := Parse("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(s.Seal("n", []byte("x")))
	f.Add([]byte(begin + "0123456789abcdef\n"))
	f.Add([]byte("taitorinki round key 1\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := s.Open("n", data)
		sealed := bytes.HasPrefix(data, []byte(begin))
		if err == nil && !sealed && !bytes.Equal(got, data) {
			t.Errorf("%q was read as %q", data, got)
		}
		if _, err := (*Safe)(nil).Open("n", data); sealed && err == nil {
			t.Errorf("%q was read without a master key", data)
		}
	})
}

func folders(t *testing.T) [2]string {
	t.Helper()
	dir := t.TempDir()
	f := [2]string{dir, filepath.Join(dir, "copy")}
	if err := os.Mkdir(f[1], 0o700); err != nil {
		t.Fatal(err)
	}
	for _, d := range f {
		for _, name := range []string{"round-a.key", "series-a.key", "badge-a.key"} {
			if err := os.WriteFile(filepath.Join(d, name), []byte("secret of "+name), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	return f
}

// all reads every file by a safe.
func all(t *testing.T, s *Safe, f [2]string) {
	t.Helper()
	for _, d := range f {
		for _, name := range []string{"round-a.key", "series-a.key", "badge-a.key"} {
			data, err := os.ReadFile(filepath.Join(d, name))
			if err != nil {
				t.Fatal(err)
			}
			if got, err := s.Open(name, data); err != nil || string(got) != "secret of "+name {
				t.Errorf("%s: %q, %v", name, got, err)
			}
		}
	}
}

func rewrite(t *testing.T, s *Safe, f [2]string, want int) {
	t.Helper()
	if n, err := s.Rewrite(f, time.Now()); err != nil || n != want {
		t.Fatalf("wrote %d, %v, want %d", n, err, want)
	}
}

func TestKeysAreEncryptedOnceAndTakeAnotherMasterKey(t *testing.T) {
	f := folders(t)
	a, b := safe(t, New()), safe(t, New())
	rewrite(t, a, f, 6)
	rewrite(t, a, f, 0)
	all(t, a, f)
	if _, err := b.Rewrite(f, time.Now()); !errors.Is(err, ErrMaster) {
		t.Errorf("with a wrong master key: %v", err)
	}
	if _, err := (*Safe)(nil).Rewrite(f, time.Now()); !errors.Is(err, ErrMaster) {
		t.Errorf("without a master key: %v", err)
	}
	all(t, a, f)
	rewrite(t, a.Then(b), f, 6)
	all(t, b, f)
	if left, _ := filepath.Glob(filepath.Join(f[0], "*"+unfinished)); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// A rotation that the power cut stops leaves some files old, some new, and perhaps one unfinished.
func TestARotationThatWasStoppedIsFinishedByRunningItAgain(t *testing.T) {
	f := folders(t)
	a, b := safe(t, New()), safe(t, New())
	rewrite(t, a, f, 6)
	both := a.Then(b)
	if _, err := both.rewrite(filepath.Join(f[0], "round-a.key"), filepath.Join(f[1], "round-a.key"), time.Now()); err != nil {
		t.Fatal(err)
	}
	half := filepath.Join(f[1], "round-a.key"+unfinished)
	if err := os.WriteFile(half, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	all(t, both, f)
	rewrite(t, both, f, 4) // the unfinished one may be another process's
	all(t, both, f)
	if n, err := both.Rewrite(f, time.Now().Add(2*abandoned)); err != nil || n != 1 {
		t.Errorf("later: %d, %v", n, err)
	}
	all(t, b, f)
}

func TestAKeyThatIsDestroyedMeanwhileDoesNotComeBack(t *testing.T) {
	s := safe(t, New())
	for range 200 {
		f := folders(t)
		done := make(chan error)
		go func() { _, err := s.Rewrite(f, time.Now()); done <- err }()
		for range 2 { // as seal.Vault destroys
			for _, d := range f {
				for _, end := range []string{unfinished, ""} {
					if err := Shred(filepath.Join(d, "round-a.key"+end)); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		for _, d := range f {
			if left, _ := filepath.Glob(filepath.Join(d, "round-a.key*")); len(left) > 0 {
				t.Fatalf("%v is back", left)
			}
		}
	}
}
