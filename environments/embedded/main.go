// Runs the script that it is given in goja, and prints what the script leaves in its variable `outcome`.
package main

import (
	"fmt"
	"os"

	"github.com/dop251/goja"
)

func main() {
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	vm := goja.New()
	// What is pending when the script has ended is done before this returns.
	if _, err := vm.RunString(string(text)); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(vm.Get("outcome").String())
}
