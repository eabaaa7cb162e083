// A program that refreshes staples as tools in Go do: net/http, golang.org/x/crypto/ocsp, 64 certificates at a time, every
// answer verified, a temporary file and a rename. Without syncs.
//
//	peer CERTIFICATES ISSUER OUT
package main

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/ocsp"
)

const atATime = 64

var client = &http.Client{
	Timeout:   15 * time.Second,
	Transport: &http.Transport{MaxIdleConns: atATime, MaxIdleConnsPerHost: atATime},
}

func load(path string) (*x509.Certificate, error) {
	bytes, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(bytes)
	if block == nil {
		return nil, fmt.Errorf("%s: no certificate", path)
	}
	return x509.ParseCertificate(block.Bytes)
}

func refresh(path string, issuer *x509.Certificate, out string) error {
	leaf, err := load(path)
	if err != nil {
		return err
	}
	if err := leaf.CheckSignatureFrom(issuer); err != nil {
		return err
	}
	if len(leaf.OCSPServer) == 0 {
		return fmt.Errorf("%s: names no responder", path)
	}
	request, err := ocsp.CreateRequest(leaf, issuer, nil)
	if err != nil {
		return err
	}
	answer, err := client.Post(leaf.OCSPServer[0], "application/ocsp-request", bytes.NewReader(request))
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err != nil {
		return err
	}
	response, err := ocsp.ParseResponseForCert(body, leaf, issuer)
	if err != nil {
		return err
	}
	now := time.Now()
	if response.Status != ocsp.Good || now.Before(response.ThisUpdate) || now.After(response.NextUpdate) {
		return fmt.Errorf("%s: not good now", path)
	}
	if signer := response.Certificate; signer != nil && !maySign(signer, now) {
		return fmt.Errorf("%s: the signer has no authority", path)
	}
	name := strings.TrimSuffix(filepath.Base(path), ".crt") + ".ocsp"
	return replace(filepath.Join(out, name), body)
}

func maySign(signer *x509.Certificate, now time.Time) bool {
	if now.Before(signer.NotBefore) || now.After(signer.NotAfter) {
		return false
	}
	for _, usage := range signer.ExtKeyUsage {
		if usage == x509.ExtKeyUsageOCSPSigning {
			return true
		}
	}
	return false
}

func replace(path string, content []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".peer-*.tmp")
	if err != nil {
		return err
	}
	if _, err = file.Write(content); err == nil {
		err = file.Chmod(0o644)
	}
	if closing := file.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		os.Remove(file.Name())
	}
	return err
}

func main() {
	directory, out := os.Args[1], os.Args[3]
	issuer, err := load(os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	entries, err := os.ReadDir(directory)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	paths := make(chan string)
	var workers sync.WaitGroup
	var failed sync.Once
	status := 0
	for i := 0; i < atATime; i++ {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for path := range paths {
				if err := refresh(path, issuer, out); err != nil {
					failed.Do(func() { fmt.Fprintln(os.Stderr, err); status = 1 })
				}
			}
		}()
	}
	for _, entry := range entries {
		paths <- filepath.Join(directory, entry.Name())
	}
	close(paths)
	workers.Wait()
	os.Exit(status)
}
