package main

import (
	"fmt"
	"os"
	"time"
)

type badgeCmd struct {
	Rotate badgeRotateCmd `cmd:"" help:"Make new keys for signing badges and retire those in use. Badges that have been given stay true."`
}

type badgeRotateCmd struct {
	keysFlag
}

func (c *badgeRotateCmd) Run() error {
	if _, err := os.Stat(c.Keys); err != nil {
		return usage{fmt.Errorf("the folder of keys: %w", err)} // a mistyped name must not make a folder that no server reads
	}
	ring, err := c.ring()
	if err != nil {
		return err
	}
	made, err := ring.Rotate(time.Now())
	if err != nil {
		return err
	}
	for _, k := range made {
		fmt.Printf("New %s key %s\n", k.Kind, k.ID)
	}
	fmt.Println("Running servers use them from the next badge on. Back up the keys again: taitorinki backup --keys-out.")
	return nil
}
