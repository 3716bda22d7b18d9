// The official Go library, used as its documentation shows. Requests and answers: run.py.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"time"

	"github.com/twilio/twilio-go/client"
	"github.com/twilio/twilio-go/twiml"
)

type request struct {
	Job   string
	Time  string
	Calls int
	Input *request

	Say       *say
	Refer     *refer
	URL       string
	Token     string
	Algorithm string
	Signature *string
	JSON      *string
	Params    [][2]string
	Body      string
	Read      []string
}

type say struct{ Text, Language string }

type refer struct {
	Sip            *string
	Action, Method string
}

func document(given *request) (string, error) {
	var verbs []twiml.Element
	if given.Say != nil {
		verbs = append(verbs, &twiml.VoiceSay{Message: given.Say.Text, Language: given.Say.Language})
	}
	if asked := given.Refer; asked != nil {
		var target []twiml.Element
		if asked.Sip != nil {
			target = append(target, &twiml.VoiceReferSip{SipUrl: *asked.Sip})
		}
		verbs = append(verbs, &twiml.VoiceRefer{
			Action: asked.Action, Method: asked.Method, InnerElements: target,
		})
	}
	return twiml.Voice(verbs)
}

func verify(given *request) any {
	if given.URL == "" || given.Algorithm != "" {
		return nil // it is given a URL, knows nothing of proxies, and has one algorithm
	}
	signature := ""
	if given.Signature != nil {
		signature = *given.Signature
	}
	validator := client.NewRequestValidator(given.Token)
	var valid bool
	switch {
	case given.JSON != nil:
		valid = validator.ValidateBody(given.URL, []byte(*given.JSON), signature)
	case len(given.Params) == 0:
		valid = validator.Validate(given.URL, map[string]string{}, signature)
	default:
		form := url.Values{}
		for _, pair := range given.Params {
			form.Add(pair[0], pair[1])
		}
		valid = validator.ValidateBody(given.URL, []byte(form.Encode()), signature)
	}
	return map[string]bool{"valid": valid}
}

func timed(name string, given *request) func() {
	validator := client.NewRequestValidator(given.Token)
	switch name {
	case "document":
		return func() { _, _ = document(given) }
	case "verify":
		params := map[string]string{}
		for _, pair := range given.Params {
			params[pair[0]] = pair[1]
		}
		return func() { _ = validator.Validate(given.URL, params, *given.Signature) }
	case "parse":
		body := []byte(given.Body)
		return func() {
			if !validator.ValidateBody(given.URL, body, *given.Signature) {
				panic("not valid")
			}
			form, _ := url.ParseQuery(string(body))
			for _, name := range given.Read {
				_ = form.Get(name)
			}
		}
	}
	return nil
}

func answer(given *request) (result any) {
	if given.Time != "" {
		job := timed(given.Time, given.Input)
		if job == nil {
			return nil
		}
		started := time.Now()
		for range given.Calls {
			job()
		}
		return float64(time.Since(started).Nanoseconds()) / float64(given.Calls)
	}
	defer func() {
		if problem := recover(); problem != nil {
			result = map[string]string{"error": fmt.Sprint("panic: ", problem)}
		}
	}()
	switch given.Job {
	case "document":
		xml, err := document(given)
		if err != nil {
			return map[string]string{"error": err.Error()}
		}
		return map[string]string{"xml": xml}
	case "verify":
		return verify(given)
	}
	return nil
}

func main() {
	if len(os.Args) > 1 {
		xml, _ := document(&request{Refer: &refer{Sip: &os.Args[1], Action: "/handleRefer", Method: "POST"}})
		fmt.Println(xml)
		return
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var given request
		if err := json.Unmarshal(lines.Bytes(), &given); err != nil {
			panic(err)
		}
		line, err := json.Marshal(answer(&given))
		if err != nil {
			panic(err)
		}
		fmt.Println(string(line))
	}
}
