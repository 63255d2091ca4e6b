package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"

	"sahut/store"
)

// backupCommand writes a consistent copy, also while the server takes calls.
// The file appears under its name only when it is whole.
func backupCommand(ctx context.Context, term *terminal, args []string) error {
	f := flags(term, "backup")
	d := installation(f)
	names, err := parse(f, args, "FILE")
	if err != nil {
		return err
	}
	return withOperator(d, func(o *operator) error {
		res, err := o.do(ctx, http.MethodGet, "/api/v1/backup", "", nil)
		if err != nil {
			return err
		}
		defer res.Body.Close()
		n, err := writeWhole(names[0], res.Body)
		if err != nil {
			return fmt.Errorf("write %s: %w; nothing was kept under that name", names[0], err)
		}
		fmt.Fprintf(term.out, "%s: %d bytes\n", names[0], n)
		return nil
	})
}

// writeWhole copies r into a new file beside name and renames it when all of
// it is on the disk.
func writeWhole(name string, r io.Reader) (n int64, err error) {
	tmp, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".part-*")
	if err != nil {
		return 0, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(tmp.Name()))
		}
	}()
	n, err = io.Copy(tmp, r)
	err = errors.Join(err, tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), name)
	}
	return n, err
}

// restoreCommand fills an empty data directory from a backup.
func restoreCommand(_ context.Context, term *terminal, args []string) error {
	f := flags(term, "restore")
	d := installation(f)
	names, err := parse(f, args, "FILE")
	if err != nil {
		return err
	}
	dir, err := d.dir()
	if err != nil {
		return err
	}
	in, err := os.Open(names[0])
	if err != nil {
		return err
	}
	defer in.Close()
	if err := store.Restore(in, dir); err != nil {
		return err
	}
	fmt.Fprintf(term.out, "restored into %s; start the server, then run sahut verify\n", dir)
	return nil
}
