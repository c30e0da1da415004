package auth_test

import (
	"context"
	"testing"
	"time"

	"github.com/vaka-project/vaka/auth"
	"github.com/vaka-project/vaka/workflow"
)

func benchHouse(b *testing.B, argon auth.Argon) *auth.Service {
	b.Helper()
	s := auth.New(auth.Options{Store: newMemory(), Now: time.Now, Argon: argon})
	if _, err := s.Create(context.Background(), system, auth.NewAccount{
		Name: "DPO", Email: "dpo@demo.example", Roles: []workflow.Role{workflow.RoleNotifier}, Password: secret,
	}); err != nil {
		b.Fatal(err)
	}
	return s
}

// What every request pays.
func BenchmarkAuthenticate(b *testing.B) {
	s := benchHouse(b, cheap)
	token, _, err := s.SignIn(ctx, "dpo@demo.example", secret, desk)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, _, err := s.Authenticate(ctx, token); err != nil {
				b.Error(err)
			}
		}
	})
}

// What a sign-in costs with the parameters in use.
func BenchmarkSignIn(b *testing.B) {
	s := benchHouse(b, auth.DefaultArgon)
	for b.Loop() {
		if _, _, err := s.SignIn(ctx, "dpo@demo.example", secret, desk); err != nil {
			b.Fatal(err)
		}
	}
}
