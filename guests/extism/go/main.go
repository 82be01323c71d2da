// Sorts lines: a reactor of Go by the public PDK.
package main

import (
	"slices"
	"strconv"
	"strings"

	"github.com/extism/go-pdk"
)

//go:wasmexport sort_lines
func sortLines() int32 {
	text := pdk.InputString()
	if text == "" {
		pdk.SetErrorString("there is nothing to sort")
		return 1
	}
	lines := strings.Split(text, "\n")
	slices.Sort(lines)
	if order, isSet := pdk.GetConfig("order"); isSet && order == "down" {
		slices.Reverse(lines)
	}
	before := string(pdk.GetVar("last"))
	pdk.SetVar("last", []byte(lines[len(lines)-1]))
	pdk.Log(pdk.LogInfo, "the last line is "+lines[len(lines)-1])
	pdk.OutputString(strings.Join(lines, "\n") + "\nbefore: " + before)
	return 0
}

type summary struct {
	Unit  string         `json:"unit"`
	Words map[string]int `json:"words"`
}

// Reads JSON and gives JSON: what many plugins do, by reflection and a garbage-collected heap.
//
//go:wasmexport count_words
func countWords() int32 {
	var given struct {
		Text string `json:"text"`
	}
	if err := pdk.InputJSON(&given); err != nil {
		pdk.SetError(err)
		return 1
	}
	words := map[string]int{}
	for _, word := range strings.Fields(given.Text) {
		words[strings.ToLower(word)]++
	}
	pdk.SetVarInt("calls", pdk.GetVarInt("calls")+1)
	if err := pdk.OutputJSON(summary{"words", words}); err != nil {
		pdk.SetError(err)
		return 2
	}
	return 0
}

// Asks a host, and gives the status, a header and the body.
//
//go:wasmexport ask
func ask() int32 {
	request := pdk.NewHTTPRequest(pdk.MethodPost, pdk.InputString())
	request.SetHeader("accept", "text/plain").SetBody([]byte("from Go"))
	response := request.Send()
	status := strconv.Itoa(int(response.Status()))
	pdk.OutputString(status + " " + response.Headers()["content-type"] + " " + string(response.Body()))
	return 0
}

func main() {}
