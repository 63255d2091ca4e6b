// Package agentuitest plays the rooms that agentui shows and asks: a directory
// in memory, a desk that remembers what was posted, a phone that answers, and
// a few prompts. Tests of pages, API and live protocol need no store, no desk
// and no sound.
package agentuitest
