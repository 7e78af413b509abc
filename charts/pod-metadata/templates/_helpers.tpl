{{- define "pod-metadata.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "pod-metadata.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "pod-metadata.selectorLabels" -}}
app.kubernetes.io/name: {{ include "pod-metadata.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{- define "pod-metadata.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "pod-metadata.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | replace "+" "_" | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- /* Names that the chart sets win over the same names in values. */}}
{{- define "pod-metadata.metadata" -}}
name: {{ .name }}
labels:
  {{- $labels := mergeOverwrite (deepCopy (default dict .labels)) (include "pod-metadata.labels" .root | fromYaml) }}
  {{- toYaml $labels | nindent 2 }}
{{- with .annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "pod-metadata.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "pod-metadata.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- /* Of the cluster, so the namespace keeps the names of two installations apart. */}}
{{- define "pod-metadata.watchName" -}}
{{- printf "%s-%s-watch" .Release.Namespace (include "pod-metadata.fullname" .) }}
{{- end }}

{{- define "pod-metadata.image" -}}
{{- with .Values.image }}
{{- if .digest }}
{{- printf "%s@%s" .repository .digest }}
{{- else }}
{{- printf "%s:%s" .repository (default $.Chart.AppVersion .tag) }}
{{- end }}
{{- end }}
{{- end }}

{{- define "pod-metadata.scheme" -}}
{{- ternary "https" "http" (not (empty .Values.tls.existingSecret)) }}
{{- end }}

{{- define "pod-metadata.databaseSecret" -}}
{{- default (printf "%s-database" (include "pod-metadata.fullname" .)) .Values.database.existingSecret }}
{{- end }}

{{- define "pod-metadata.tokensSecret" -}}
{{- if .Values.auth.tokens.existingSecret }}
{{- .Values.auth.tokens.existingSecret }}
{{- else if .Values.auth.tokens.inline }}
{{- printf "%s-tokens" (include "pod-metadata.fullname" .) }}
{{- end }}
{{- end }}

{{- define "pod-metadata.jwksConfigMap" -}}
{{- if .Values.auth.jwt.jwksConfigMap }}
{{- .Values.auth.jwt.jwksConfigMap }}
{{- else if .Values.auth.jwt.jwks }}
{{- printf "%s-jwks" (include "pod-metadata.fullname" .) }}
{{- end }}
{{- end }}

{{- define "pod-metadata.validate" -}}
{{- with .Values.auth }}
{{- $tokens := or .tokens.existingSecret .tokens.inline }}
{{- $jwt := or .jwt.authority .jwt.jwks .jwt.jwksConfigMap }}
{{- if and (not $tokens) (not $jwt) (not .jwt.audience) (not .none) }}
{{- fail "Nothing guards the port: set auth.tokens.existingSecret or auth.jwt, or say auth.none=true to let everybody who reaches it read and write." }}
{{- end }}
{{- if and .none (or $tokens $jwt .jwt.audience) }}
{{- fail "auth.none=true contradicts auth.tokens and auth.jwt: set one or the other." }}
{{- end }}
{{- if and .tokens.existingSecret .tokens.inline }}
{{- fail "Set auth.tokens.existingSecret or auth.tokens.inline, not both." }}
{{- end }}
{{- if and $jwt (not .jwt.audience) }}
{{- fail "auth.jwt.audience is missing: set it to the audience that tokens must be meant for." }}
{{- end }}
{{- if and .jwt.audience (not $jwt) }}
{{- fail "auth.jwt.audience needs keys: set auth.jwt.authority, auth.jwt.jwks or auth.jwt.jwksConfigMap." }}
{{- end }}
{{- if gt (len (compact (list .jwt.authority .jwt.jwks .jwt.jwksConfigMap))) 1 }}
{{- fail "Set one of auth.jwt.authority, auth.jwt.jwks and auth.jwt.jwksConfigMap." }}
{{- end }}
{{- end }}
{{- with .Values.database }}
{{- if and (not .existingSecret) (not .uri) }}
{{- fail "database.existingSecret is missing: name the Secret with PostgreSQL's credentials (or set database.uri)." }}
{{- end }}
{{- if and .existingSecret .uri }}
{{- fail "Set database.existingSecret or database.uri, not both." }}
{{- end }}
{{- if and .uri (ne .mode "uri") }}
{{- fail "database.uri needs database.mode=uri." }}
{{- end }}
{{- $parts := or (eq .mode "parts") (and .migrationSecret.name (eq .migrationSecret.mode "parts")) }}
{{- if and (or .host .port .name) (not $parts) }}
{{- fail "database.host, database.port and database.name need database.mode=parts: a URI has its own." }}
{{- end }}
{{- if and .migrationSecret.name (ne .migrate "init") }}
{{- fail "database.migrationSecret needs database.migrate=init." }}
{{- end }}
{{- end }}
{{- with .Values.networkPolicy }}
{{- if .enabled }}
{{- if not .clients }}
{{- fail "networkPolicy.clients is empty, so nobody could call the service: name its clients." }}
{{- end }}
{{- if not .database }}
{{- fail "networkPolicy.database is empty, so the service could not reach PostgreSQL: say where it is." }}
{{- end }}
{{- if and $.Values.auth.jwt.authority (not .authority) }}
{{- fail "networkPolicy.authority is empty, so the service could not reach auth.jwt.authority: say where it is." }}
{{- end }}
{{- end }}
{{- end }}
{{- if and .Values.kubernetes.watch.enabled (not .Values.serviceAccount.create) (not .Values.serviceAccount.name) }}
{{- fail "kubernetes.watch.enabled needs a service account of its own, or every pod of the namespace could list the cluster's pods: set serviceAccount.create=true or serviceAccount.name." }}
{{- end }}
{{- $needed := add .Values.shutdownDelaySeconds (default 20 .Values.settings.ShutdownTimeoutSeconds | int) }}
{{- if lt (int64 .Values.terminationGracePeriodSeconds) $needed }}
{{- fail (printf "terminationGracePeriodSeconds must be at least %d: shutdownDelaySeconds and ShutdownTimeoutSeconds, one after the other." $needed) }}
{{- end }}
{{- if and .Values.ingress.enabled (not .Values.ingress.hosts) }}
{{- fail "ingress.hosts is empty: name a host and its paths." }}
{{- end }}
{{- end }}

{{- define "pod-metadata.secretEnv" -}}
- name: {{ .name }}
  valueFrom:
    secretKeyRef:
      name: {{ .secret | quote }}
      key: {{ .key | quote }}
{{- end }}

{{- /* The connection string, always as a value: a patch from a valueFrom to a value may leave both. User and password are Npgsql's own variables, as $(…) could not quote them. */}}
{{- define "pod-metadata.databaseEnv" -}}
{{- $db := .root.Values.database }}
{{- $sslMode := default (ternary "verify-full" "" (not (empty $db.caSecret))) $db.sslMode }}
{{- $ca := ternary (printf "/etc/pod-metadata/database-ca/%s" $db.caKey) "" (not (empty $db.caSecret)) }}
{{- if eq .mode "uri" }}
{{- $parameters := list }}
{{- with $sslMode }}{{ $parameters = append $parameters (printf "sslmode=%s" .) }}{{ end }}
{{- with $ca }}{{ $parameters = append $parameters (printf "sslrootcert=%s" .) }}{{ end }}
{{- with $db.parameters }}{{ $parameters = append $parameters . }}{{ end }}
{{ include "pod-metadata.secretEnv" (dict "name" "DATABASE_URI" "secret" .secret "key" $db.keys.uri) }}
- name: ConnectionStrings__PodMetadata
  value: {{ printf "$(DATABASE_URI)%s" (empty $parameters | ternary "" (printf "?%s" (join "&" $parameters))) | quote }}
{{- else }}
{{- if not $db.host }}
{{ include "pod-metadata.secretEnv" (dict "name" "PGHOST" "secret" .secret "key" $db.keys.host) }}
{{- end }}
{{- if not $db.port }}
{{ include "pod-metadata.secretEnv" (dict "name" "PGPORT" "secret" .secret "key" $db.keys.port) }}
{{- end }}
{{- if not $db.name }}
{{ include "pod-metadata.secretEnv" (dict "name" "PGDATABASE" "secret" .secret "key" $db.keys.name) }}
{{- end }}
{{ include "pod-metadata.secretEnv" (dict "name" "PGUSER" "secret" .secret "key" $db.keys.username) }}
{{ include "pod-metadata.secretEnv" (dict "name" "PGPASSWORD" "secret" .secret "key" $db.keys.password) }}
{{- $modes := dict "disable" "Disable" "prefer" "Prefer" "require" "Require" "verify-ca" "VerifyCA" "verify-full" "VerifyFull" }}
{{- $host := default "$(PGHOST)" $db.host }}
{{- $port := "$(PGPORT)" }}
{{- with $db.port }}{{ $port = int . | toString }}{{ end }}
{{- $parts := list (printf "Host=%s" $host) (printf "Port=%s" $port) (printf "Database=%s" (default "$(PGDATABASE)" $db.name)) }}
{{- with $sslMode }}{{ $parts = append $parts (printf "SSL Mode=%s" (get $modes .)) }}{{ end }}
{{- with $ca }}{{ $parts = append $parts (printf "Root Certificate=%s" .) }}{{ end }}
{{- with $db.parameters }}{{ $parts = append $parts . }}{{ end }}
- name: ConnectionStrings__PodMetadata
  value: {{ join ";" $parts | quote }}
{{- end }}
{{- end }}

{{- define "pod-metadata.plainEnv" -}}
- name: {{ .name }}
  value: {{ .value | toString | quote }}
{{- end }}

{{- /* A whole number in values is a float, which would be written as 4.194304e+06. */}}
{{- define "pod-metadata.settingsEnv" -}}
{{- range $name, $value := .Values.settings }}
{{- if and (kindIs "float64" $value) (eq (floor $value) $value) }}
{{- $value = int64 $value }}
{{- end }}
{{ include "pod-metadata.plainEnv" (dict "name" (replace ":" "__" $name) "value" $value) }}
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "pod-metadata.serviceEnv" -}}
{{- $values := .Values }}
{{ include "pod-metadata.plainEnv" (dict "name" "ASPNETCORE_URLS" "value" (printf "%s://+:9090" (include "pod-metadata.scheme" .))) }}
{{- include "pod-metadata.databaseEnv" (dict "root" . "secret" (include "pod-metadata.databaseSecret" .) "mode" $values.database.mode) }}
{{ include "pod-metadata.plainEnv" (dict "name" "Database__MaxPoolSize" "value" (int $values.database.maxPoolSize)) }}
{{ include "pod-metadata.plainEnv" (dict "name" "Database__MigrateOnStart" "value" (eq $values.database.migrate "start")) }}
{{- if ne $values.database.readFrom "Primary" }}
{{ include "pod-metadata.plainEnv" (dict "name" "Database__ReadFrom" "value" $values.database.readFrom) }}
{{- end }}
{{ include "pod-metadata.plainEnv" (dict "name" "ShutdownDelaySeconds" "value" (int $values.shutdownDelaySeconds)) }}
{{- if include "pod-metadata.tokensSecret" . }}
{{ include "pod-metadata.plainEnv" (dict "name" "Authentication__TokensFile" "value" (printf "/etc/pod-metadata/tokens/%s" $values.auth.tokens.key)) }}
{{- end }}
{{- with $values.auth.jwt }}
{{- if .audience }}
{{ include "pod-metadata.plainEnv" (dict "name" "Authentication__Jwt__Audience" "value" .audience) }}
{{- with .authority }}
{{ include "pod-metadata.plainEnv" (dict "name" "Authentication__Jwt__Authority" "value" .) }}
{{- else }}
{{ include "pod-metadata.plainEnv" (dict "name" "Authentication__Jwt__JwksFile" "value" (printf "/etc/pod-metadata/jwks/%s" .jwksKey)) }}
{{- end }}
{{- with .issuer }}
{{ include "pod-metadata.plainEnv" (dict "name" "Authentication__Jwt__Issuer" "value" .) }}
{{- end }}
{{- range $i, $subject := .writers }}
{{ include "pod-metadata.plainEnv" (dict "name" (printf "Authentication__Jwt__Writers__%d" $i) "value" $subject) }}
{{- end }}
{{- if not .requireHttpsMetadata }}
{{ include "pod-metadata.plainEnv" (dict "name" "Authentication__Jwt__RequireHttpsMetadata" "value" false) }}
{{- end }}
{{- end }}
{{- end }}
{{- if $values.tls.existingSecret }}
{{ include "pod-metadata.plainEnv" (dict "name" "Kestrel__Certificates__Default__Path" "value" "/etc/pod-metadata/tls/tls.crt") }}
{{ include "pod-metadata.plainEnv" (dict "name" "Kestrel__Certificates__Default__KeyPath" "value" "/etc/pod-metadata/tls/tls.key") }}
{{- end }}
{{- if $values.kubernetes.watch.enabled }}
{{ include "pod-metadata.plainEnv" (dict "name" "Kubernetes__Watch" "value" true) }}
{{- end }}
{{- include "pod-metadata.settingsEnv" . }}
{{- end }}

{{- /* A list of variables; two of one name would be a mistake that server-side apply refuses. */}}
{{- define "pod-metadata.env" -}}
{{- $seen := dict }}
{{- range . | fromYamlArray }}
{{- if hasKey $seen (lower .name) }}
{{- fail (printf "%s is set twice: the chart has a value for it, or settings and extraEnv both have it." .name) }}
{{- end }}
{{- $_ := set $seen (lower .name) true }}
{{- end }}
{{- . | trim }}
{{- end }}
