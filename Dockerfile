# Builds a static vaka and runs it as a user without rights.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -o /vaka ./cmd/vaka && mkdir /data

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /vaka /vaka
COPY --from=build --chown=nonroot:nonroot /data /data
# TLS ends at a proxy in front; name its network in VAKA_TRUSTED_PROXIES.
ENV VAKA_DATA=/data \
    VAKA_LISTEN=0.0.0.0:8080 \
    VAKA_METRICS_LISTEN=0.0.0.0:9464
EXPOSE 8080 9464
VOLUME /data
ENTRYPOINT ["/vaka"]
CMD ["serve"]
