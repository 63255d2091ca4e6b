package configs

import "unicode/utf8"

// Limits of a password, for accounts and phones alike.
const (
	ShortestPassword = 10  // characters
	LongestPassword  = 256 // bytes
)

// ValidPassword tells whether p may be taken as a password.
func ValidPassword(p string) bool {
	return utf8.ValidString(p) && utf8.RuneCountInString(p) >= ShortestPassword && len(p) <= LongestPassword
}
