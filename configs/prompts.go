package configs

import (
	"embed"
	"io/fs"
)

//go:embed all:prompts
var prompts embed.FS

// Prompts returns the recordings Sahut ships: music.wav, and id/*.wav and
// en/*.wav for what is spoken.
func Prompts() fs.FS {
	sub, err := fs.Sub(prompts, "prompts")
	if err != nil {
		panic(err) // the folder is embedded by the line above
	}
	return sub
}
