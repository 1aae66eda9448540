package main

import (
	"context"
	"database/sql"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"taitorinki/internal/dbtest"
)

// table prints what a whole server does, beside what the machine can do at the same time: journeys, pages, mail, a live room, backups,
// and how each figure grows with the staff.
func table(journeys int) error {
	if err := answering(journeys); err != nil {
		return err
	}
	fmt.Print("\ninvitations\n\n")
	if err := run(0, 32, false, "", "", 18000); err != nil {
		return err
	}
	fmt.Print("\na live room\n\n")
	if err := liveRoom(1500, "", 0); err != nil {
		return err
	}
	fmt.Print("\nbackups while 100 answers a second arrive\n\n")
	if err := backups(""); err != nil {
		return err
	}
	fmt.Print("\ngrowth, and with which power of the staff\n\n")
	return growth()
}

// answering measures journeys by one and by several servers, and pages.
func answering(journeys int) error {
	dir, err := os.MkdirTemp("", "loadtest")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	one, err := commits(filepath.Join(dir, "one.db"))
	if err != nil {
		return err
	}
	group, err := groupCommits(filepath.Join(dir, "group.db"), 32)
	if err != nil {
		return err
	}
	fmt.Printf("bare durable commits a second: %.0f one by one, %.0f by 32 at once that share a flush\n\n", one, group)
	fmt.Printf("%-28s %10s %12s %11s %10s %8s %14s\n", "whole journeys, 32 clients", "a second", "CPU ms each", "median ms", "p99 ms", "failed", "saves : group")
	if err := row("SQLite, one server", filepath.Join(dir, "load.db"), filepath.Join(dir, "lite"), 1, journeys, false, group); err != nil {
		return err
	}
	if err := row("the same, each answer saved", filepath.Join(dir, "single.db"), filepath.Join(dir, "single"), 1, journeys/3, true, group); err != nil {
		return err
	}
	if err := replicas(dir, journeys, group); err != nil {
		return err
	}
	return pages(dir)
}

// replicas measures one to three servers on PostgreSQL, where it is installed.
func replicas(dir string, journeys int, group float64) error {
	base, err := dbtest.Server()
	if err != nil {
		fmt.Println("PostgreSQL: not measured:", err)
		return nil
	}
	defer dbtest.Stop()
	for n := 1; n <= 3; n++ {
		name := "load_" + strconv.Itoa(n)
		admin, err := sql.Open("pgx", strings.Replace(base, "/DATABASE", "/postgres", 1))
		if err != nil {
			return err
		}
		_, err = admin.Exec(`create database ` + name)
		admin.Close()
		if err != nil {
			return err
		}
		url := strings.Replace(base, "/DATABASE", "/"+name, 1)
		if err := row(fmt.Sprintf("PostgreSQL, servers: %d", n), url, filepath.Join(dir, name), n, journeys, false, group); err != nil {
			return err
		}
	}
	return nil
}

func row(what, dbURL, dir string, servers, journeys int, autosave bool, group float64) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	links, err := prepare(context.Background(), dbURL, dir, 0)
	if err != nil {
		return err
	}
	f, err := muster(servers, dbURL, dir)
	if err != nil {
		return err
	}
	defer f.stop()
	f.settle()
	m := f.journeys(links[:min(journeys, len(links))], 32, autosave)
	fmt.Printf("%-28s %10.0f %12.2f %11.1f %10.1f %8d %14.2f\n", what, m.rate, m.cpu, ms(m.median), ms(m.p99), m.failed, m.rate*float64(saves(autosave))/group)
	return nil
}

// pages compares pages that hardly change with the standard library's server and the same bytes.
func pages(dir string) error {
	f, err := muster(1, filepath.Join(dir, "pages.db"), dir)
	if err != nil {
		return err
	}
	defer f.stop()
	f.settle()
	if info, err := os.Stat(filepath.Join(dir, "taitorinki")); err == nil {
		fmt.Printf("\nprogram: %.0f MB; idle memory: %.0f MB\n", float64(info.Size())/1e6, f[0].memory())
	}
	began := time.Now()
	again, err := muster(1, filepath.Join(dir, "start.db"), dir)
	if err != nil {
		return err
	}
	fmt.Printf("start to ready on an empty database, building the program not counted: %.2f s (%.2f s with it)\n\n", again[0].ready.Seconds(), time.Since(began).Seconds())
	again.stop()
	fmt.Printf("%-26s %10s %12s %14s %16s\n", "page, 32 clients", "bytes", "a second", "CPU us each", "CPU : net/http")
	for _, path := range []string{"/privacy", "/accessibility", "/sign-in", "/static/none"} {
		if err := page(f, path); err != nil {
			return err
		}
	}
	return nil
}

func page(f fleet, path string) error {
	a, err := newClient(f[0].addr).do("GET", path, "", "", map[string]string{})
	if err != nil {
		return err
	}
	plain, err := plainServer(len(a.body))
	if err != nil {
		return err
	}
	defer fleet{plain}.stop()
	rate, cpu := f.get(path)
	_, bare := fleet{plain}.get("/")
	fmt.Printf("%-26s %10d %12.0f %14.0f %16.2f\n", path, len(a.body), rate, cpu*1e6, cpu/bare)
	return nil
}

// get is how often a second a page is had, and the CPU seconds that each costs the servers.
func (f fleet) get(path string) (rate, cpu float64) {
	const n = 20000
	used, began := f.cpu(), time.Now()
	f.crowd(make([]string, n), 32, func(c *client, _ string) error {
		_, err := c.do("GET", path, "", "", map[string]string{})
		return err
	})
	return n / time.Since(began).Seconds(), (f.cpu() - used) / n
}

// plainServer starts this program as a server of so many bytes.
func plainServer(size int) (*server, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, "-plain", strconv.Itoa(size), "-addr", addr)
	return await(cmd, addr)
}

// servePlain answers every request with so many bytes.
func servePlain(addr string, size int) {
	body := []byte(strings.Repeat("x", size))
	log.Fatal(http.ListenAndServe(addr, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Length", strconv.Itoa(size))
		w.Write(body)
	})))
}
