package main

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strconv"

	"signers/signet"
)

func number(text string, fallback int64) int64 {
	if text == "" {
		return fallback
	}
	value, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		panic(err)
	}
	return value
}

func makeURL(call string, exp string, rest []string) (string, error) {
	until := number(exp, signet.Never)
	switch call {
	case "signed_url":
		return signet.SignedURL(rest[0], rest[1:], until)
	case "signed_url_of_bytes":
		path, err := hex.DecodeString(rest[0])
		if err != nil {
			panic(err)
		}
		return signet.SignedURL(string(path), nil, until)
	case "signed_query_url":
		return signet.SignedQueryURL(rest[0], rest[1], rest[2], until)
	}
	var presets []string
	first := 2
	if count := int(number(rest[1], 0)); count >= 0 {
		first += count
		presets = rest[2:first]
	}
	return signet.Grant(rest[first:], until, presets, number(rest[0], 0))
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var call []string
		if err := json.Unmarshal(lines.Bytes(), &call); err != nil {
			panic(err)
		}
		for i, name := range []string{"URL", "TENANT", "KID", "KEY"} {
			if err := os.Setenv("SIGNET_"+name, call[i]); err != nil {
				panic(err)
			}
		}
		call = call[4:]
		answer := map[string]string{}
		if text, err := makeURL(call[0], call[1], call[2:]); err != nil {
			answer["refused"] = err.Error()
		} else {
			answer["ok"] = text
		}
		printed, err := json.Marshal(answer)
		if err != nil {
			panic(err)
		}
		fmt.Println(string(printed))
	}
}
