// Command promptgen composes the hold music that ships with Sahut; the spoken
// prompts beside it come from make.sh. Run `sh configs/promptgen/make.sh` from
// the top of the repository to make every file of configs/prompts anew.
package main
