// Package queuetest plays the desk's collaborators for tests of other rooms: a
// Channel, Screens and a Journal that write down what they were told and let a
// test wait for a happening instead of for a time.
//
// Start here: House starts a desk between the three and stops it with the test.
package queuetest
