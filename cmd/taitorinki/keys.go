package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"taitorinki/internal/keyfile"
	"taitorinki/internal/mentoring/training"
	"taitorinki/internal/survey/seal"
)

// masterFlag is the master key that encrypts the key files.
type masterFlag struct {
	MasterKeyFile string `help:"File with the master key, which encrypts the keys in --keys; keep it on another disk. Older master keys may stand on further lines. Without one the keys are not encrypted." placeholder:"FILE" env:"TAITORINKI_MASTER_KEY_FILE"`
	MasterKey     string `help:"The master key itself; give it by environment, as others on the machine see what a command is called with." hidden:"" placeholder:"BASE64" env:"TAITORINKI_MASTER_KEY"`
}

// safe reads the master key; nil when there is none.
func (f masterFlag) safe() (*keyfile.Safe, error) {
	if f.MasterKeyFile != "" && f.MasterKey != "" {
		return nil, usage{errors.New("give the master key by file or by environment, not both")}
	}
	s, err := keyfile.Parse(f.MasterKey)
	if f.MasterKeyFile != "" {
		s, err = keyfile.Read(f.MasterKeyFile)
	}
	if err != nil {
		return nil, usage{err}
	}
	return s, nil
}

func (k keysFlag) folders() [2]string {
	if k.KeysCopy == "" {
		return [2]string{k.Keys, filepath.Join(k.Keys, "copy")}
	}
	return [2]string{k.Keys, k.KeysCopy}
}

// ready reads the master key, encrypts what is not encrypted with it yet, and refuses keys that it does not open: a server that went
// on would find its open rounds without their keys.
func (k keysFlag) ready() (*keyfile.Safe, error) {
	s, err := k.safe()
	if err != nil {
		return nil, err
	}
	if _, err := s.Rewrite(k.folders(), time.Now()); err != nil {
		return nil, locked(err)
	}
	return s, nil
}

// locked says what to do about keys that cannot be opened.
func locked(err error) error {
	if errors.Is(err, keyfile.ErrMaster) {
		return usage{fmt.Errorf("%w: give the right one with --master-key-file. Nothing was changed", err)}
	}
	return err
}

// vault are the rounds' keys.
func (k keysFlag) vault() (*seal.Vault, error) {
	s, err := k.safe()
	return &seal.Vault{Dir: k.Keys, Copy: k.KeysCopy, Safe: s}, err
}

// ring are the keys that sign badges; they lie beside the rounds'.
func (k keysFlag) ring() (*training.Keyring, error) {
	s, err := k.safe()
	return &training.Keyring{Dir: k.Keys, Copy: k.KeysCopy, Safe: s}, err
}

type keysCmd struct {
	New    keysNewCmd    `cmd:"" help:"Write a new master key to a new file, or print it. Keep it where neither the keys nor the database's backups are."`
	Rotate keysRotateCmd `cmd:"" help:"Encrypt all keys with another master key. It may be stopped and run again at any moment."`
}

type keysNewCmd struct {
	File string `arg:"" optional:"" help:"File to make, which its owner alone can read. Without it the key is printed."`
	Old  string `help:"File with the master key until now, which goes into the new one after the new key." placeholder:"FILE"`
}

func (c *keysNewCmd) Run() error {
	text := keyfile.New() + "\n"
	if c.Old != "" {
		if _, err := keyfile.Read(c.Old); err != nil {
			return usage{err}
		}
		old, err := os.ReadFile(c.Old)
		if err != nil {
			return err
		}
		text += string(old)
	}
	if c.File == "" {
		fmt.Print(text)
		return nil
	}
	f, err := os.OpenFile(c.File, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // a master key that is in use is never written over
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Sync(), f.Close())
}

type keysRotateCmd struct {
	keysFlag
	To string `help:"File with the new master key." required:"" placeholder:"FILE"`
}

func (c *keysRotateCmd) Run() error {
	if _, err := os.Stat(c.Keys); err != nil {
		return usage{fmt.Errorf("the folder of keys: %w", err)}
	}
	old, err := c.safe()
	if err != nil {
		return err
	}
	next, err := keyfile.Read(c.To)
	if err != nil {
		return usage{err}
	}
	n, err := old.Then(next).Rewrite(c.folders(), time.Now())
	if err != nil {
		return locked(err)
	}
	fmt.Printf("%d key files are encrypted anew. Start the servers with --master-key-file %s now, and keep the old master key for as long as you keep backups of keys made with it.\n", n, c.To)
	return nil
}
