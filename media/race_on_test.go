//go:build race

package media

// raceDetector: it moves to the heap what otherwise stays on the stack.
const raceDetector = true
