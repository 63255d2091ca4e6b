package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"

	"sahut/configs"
)

// Roles are what a user may be, from least to most.
var Roles = []string{"volunteer", "supervisor", "admin"}

// User is an account. The hashes never leave this room but by HA1.
type User struct {
	Name     string    `json:"name"`
	Role     string    `json:"role"`
	Disabled bool      `json:"disabled,omitempty"`
	Created  time.Time `json:"created"`

	// Of the password: for the pages, and for SIP phones in Realm.
	Hash      string `json:"hash"`
	Realm     string `json:"realm"`
	HA1MD5    string `json:"ha1_md5"`
	HA1SHA256 string `json:"ha1_sha256"`
}

// String keeps the hashes out of logs.
func (u User) String() string { return u.Name + " (" + u.Role + ")" }

// AddUser adds an account. A name that is taken is ErrExists.
func (s *Store) AddUser(name, role, password string) error {
	if !configs.ValidName(name) {
		return fmt.Errorf("%q is no user name; use a small letter first, then small letters, digits, - or _, at most 32", name)
	}
	u := User{Name: name, Role: role, Created: time.Now().UTC()}
	if err := checkRole(role); err != nil {
		return err
	}
	if err := s.setPassword(&u, password); err != nil {
		return err
	}
	return s.update(func(tx *txn) error {
		if tx.Bucket(bucketUser).Get([]byte(name)) != nil {
			return fmt.Errorf("user %s: %w", name, ErrExists)
		}
		return putJSON(tx.Bucket(bucketUser), []byte(name), u)
	})
}

// ChangeUser changes what is not nil. A new password, a new role and being
// disabled end all of the user's sessions in the same stroke.
func (s *Store) ChangeUser(name string, password, role *string, disabled *bool) error {
	var fresh User
	if role != nil {
		if err := checkRole(*role); err != nil {
			return err
		}
	}
	if password != nil {
		fresh.Name = name
		if err := s.setPassword(&fresh, *password); err != nil {
			return err
		}
	}
	return s.update(func(tx *txn) error {
		u, err := getUser(tx.Tx, name)
		if err != nil {
			return err
		}
		out := password != nil
		if password != nil {
			u.Hash, u.Realm, u.HA1MD5, u.HA1SHA256 = fresh.Hash, fresh.Realm, fresh.HA1MD5, fresh.HA1SHA256
		}
		if role != nil {
			out = out || u.Role != *role
			u.Role = *role
		}
		if disabled != nil {
			out = out || *disabled
			u.Disabled = *disabled
		}
		if out {
			if err := deleteSessionsOf(tx.Tx, name); err != nil {
				return err
			}
		}
		return putJSON(tx.Bucket(bucketUser), []byte(name), u)
	})
}

// SetPassword gives name a new password and ends her sessions.
func (s *Store) SetPassword(name, password string) error {
	return s.ChangeUser(name, &password, nil, nil)
}

func (s *Store) setPassword(u *User, password string) (err error) {
	if u.Hash, err = HashPassword(context.Background(), password); err != nil {
		return err
	}
	u.Realm = s.realm
	u.HA1MD5, u.HA1SHA256 = digestHA1(u.Name, s.realm, password)
	return nil
}

// User returns the account of that name, or ErrNotFound.
func (s *Store) User(name string) (u User, err error) {
	err = s.view(func(tx *bolt.Tx) error {
		u, err = getUser(tx, name)
		return err
	})
	return u, err
}

// Users returns all accounts by name.
func (s *Store) Users() (all []User, err error) {
	err = s.view(func(tx *bolt.Tx) error {
		return tx.Bucket(bucketUser).ForEach(func(k, v []byte) error {
			var u User
			if err := json.Unmarshal(v, &u); err != nil {
				return fmt.Errorf("user %s cannot be read: %w", k, err)
			}
			all = append(all, u)
			return nil
		})
	})
	return all, err
}

// CheckPassword returns the account that name and password belong to. An
// unknown name, a wrong password and a disabled account all answer
// ErrBadPassword after the same work.
func (s *Store) CheckPassword(ctx context.Context, name, password string) (User, error) {
	u, err := s.User(name)
	hash := u.Hash
	if err != nil {
		if !errors.Is(err, ErrNotFound) {
			return User{}, err
		}
		hash = dummyHash
	}
	ok, checkErr := CheckPassword(ctx, hash, password)
	switch {
	case checkErr != nil:
		return User{}, checkErr
	case err != nil || !ok || u.Disabled:
		return User{}, ErrBadPassword
	}
	return u, nil
}

// HA1 returns the digest secret of a SIP phone's user for algorithm MD5 or
// SHA-256. There is none for a disabled account, nor for a password that was
// set under another realm.
func (s *Store) HA1(username, algorithm string) (ha1 string, ok bool) {
	u, err := s.User(username)
	if err != nil || u.Disabled || u.Realm != s.realm {
		return "", false
	}
	switch algorithm {
	case "MD5":
		return u.HA1MD5, u.HA1MD5 != ""
	case "SHA-256":
		return u.HA1SHA256, u.HA1SHA256 != ""
	}
	return "", false
}

func checkRole(role string) error {
	if !slices.Contains(Roles, role) {
		return fmt.Errorf("%q is no role; use volunteer, supervisor or admin", role)
	}
	return nil
}

func getUser(tx *bolt.Tx, name string) (u User, err error) {
	v := tx.Bucket(bucketUser).Get([]byte(name))
	if name == "" || v == nil {
		return u, fmt.Errorf("user %s: %w", name, ErrNotFound)
	}
	if err := json.Unmarshal(v, &u); err != nil {
		return u, fmt.Errorf("user %s cannot be read: %w", name, err)
	}
	return u, nil
}

func putJSON(b *bolt.Bucket, key []byte, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write %s: %w", key, err)
	}
	return b.Put(key, text)
}
