// Package configs holds every setting.
package configs
