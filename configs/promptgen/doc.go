// Command promptgen computes the sounds that ship with Sahut and that nobody
// speaks: the hold music and the ring-back tone. The spoken prompts beside them
// come from make.sh. Run `sh configs/promptgen/make.sh` from the top of the
// repository to make every file of configs/prompts anew: the same ones, byte
// for byte, with the same versions of the programs it names.
package main
