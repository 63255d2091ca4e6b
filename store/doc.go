// Package store keeps what must survive: the journal, the call records, the
// routing revisions, the accounts, the sessions and the uploaded prompts. All of
// it is one bbolt file in the data directory.
//
//	sahut.db     the database; its lock says who uses the directory
//	sahut.pid    who that is
//	secret.key   what pseudonyms are made and messages sealed with; in no backup
//	messages/    the sound of messages, sealed, one file each
//	sahut.state  says that there was a database, and when it was last in use
//
// The rules:
//
//   - What Append acknowledged is on the disk. Whoever waits for a commit waits
//     together with everyone else who does (writer.go): one goroutine takes all
//     writes that wait and commits them as one, so a lone write is as fast as
//     the disk and a crowd costs no more than one.
//   - The journal is the truth; call records are a projection of it, made by
//     queue.Fold in the same transaction. Rebuild makes them anew.
//   - A reader never stops a writer: readers are paged, and the map of the file
//     is so large that it never moves under them.
//   - A damaged or foreign file is refused with a sentence and left untouched.
//     bbolt is crash-safe, not corruption-safe, so meta.go looks at the file
//     before bbolt does.
//
// Keys are big-endian, so that the order of bytes is the order of time:
//
//	journal  seq(8)                      → entry, JSON
//	call     contact(16: 48 bit of ms …) → record, JSON
//	cfg      revision(8)                 → routing document with author and time
//	cfg.head name                        → revision(8)
//	user     name                        → account
//	session  SHA-256 of the cookie       → session
//	prompt   name                        → who, when; prompt.wav holds the sound
//	block    id                          → block of a caller, by pseudonym
//	message  contact                     → message a caller left; its sound is a file
//	callback contact                     → call-back, sealed; it alone has her number
//	safety   pseudonym                   → what a caller said about being called, sealed
//	note     contact, 0, author          → when; what a volunteer wrote, sealed
//	group    number                      → a group of volunteers of which figures were given
//	debrief  volunteer                   → since when she would like to talk to somebody
//	meta     name                        → schema, projected, settled, realm
//
// store imports configs and queue, and is the only room that imports bbolt.
// Start reading at store.go (Open), then writer.go and journal.go.
package store
