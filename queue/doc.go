// Package queue is the domain.
package queue
